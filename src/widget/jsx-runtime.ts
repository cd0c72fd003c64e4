/**
 * The JSX runtime of authors' `.tsx` and `.jsx` files: an element is the plain object that satori and other renderers
 * take. Nothing is rendered here. A file with `@jsxImportSource react` uses React's runtime.
 */

/** What a tag or a component becomes. */
export interface JsxElement {
  type: unknown
  props: Readonly<Record<string, unknown>>
  key: string | null
}

/** The properties of a tag. */
type Properties = Readonly<Record<string, unknown>>

/** Creates the element of a tag. */
export function jsx(type: unknown, props: Properties, key?: unknown): JsxElement {
  return { type, props, key: key === undefined ? null : String(key) }
}

/** The same for a tag with several children. */
export const jsxs = jsx

/** `<>...</>`: its children, without a tag. */
export function Fragment({ children }: { children?: unknown }): unknown {
  return children
}

/** The types that TypeScript looks up: any tag with any properties. */
export declare namespace JSX {
  type Element = JsxElement
  type ElementType = string | ((props: never) => unknown)
  interface ElementChildrenAttribute {
    children: unknown
  }
  interface IntrinsicElements {
    [tag: string]: Properties
  }
}
