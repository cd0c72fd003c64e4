import { defaultLength, type Manifest } from '../widget/manifest.ts'
import type { ParamSpec } from '../widget/param.ts'

/** A loaded widget, for the app that runs the server. */
export interface WidgetInfo {
  name: string
  title: string
  about: string
  /** The size of its default picture, in CSS pixels. */
  width: number
  height: number
  params: Readonly<Record<string, ParamSpec>>
  /** Its default key. */
  key: string
  /** Whether it comes with Imgcast. */
  isBuiltIn: boolean
}

/** Lists the widgets by name. */
export function toWidgetList(manifests: ReadonlyMap<string, Manifest>): WidgetInfo[] {
  return [...manifests.values()]
    .map(({ name, title, about, size, params, key, isBuiltIn }) => ({
      ...{ name, title, about, params, isBuiltIn, key: key.default },
      width: defaultLength(size.width),
      height: defaultLength(size.height),
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}
