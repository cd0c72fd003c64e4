import type { Renderer } from '../render/renderer.ts'
import type { Role } from '../widget/role.ts'
import type { FrameSources } from './channels.ts'
import type { EmbeddedChannels } from './embedded-frames.ts'
import type { FrameSource } from './frame-source.ts'
import type { ChannelSpec } from './spec.ts'

/** Makes the frame sources of a role. */
type CreateSource = (spec: ChannelSpec) => FrameSource

/** Makes a picture's frame source by the role of its widget: most widgets draw, and a few show frames from elsewhere. */
export class RoleFrameSources implements FrameSources {
  readonly #renderer: Pick<Renderer, 'manifests'>
  readonly #others: FrameSources
  readonly #byRole: Partial<Record<Role, CreateSource>>

  /** @param others makes the sources of all other widgets. */
  constructor(
    renderer: Pick<Renderer, 'manifests'>,
    others: FrameSources,
    byRole: Partial<Record<Role, CreateSource>>,
  ) {
    this.#renderer = renderer
    this.#others = others
    this.#byRole = byRole
  }

  create(spec: ChannelSpec, channels: EmbeddedChannels): FrameSource {
    const role = this.#renderer.manifests.get(spec.widget)?.role
    const create = role && this.#byRole[role]
    return create ? create(spec) : this.#others.create(spec, channels)
  }
}
