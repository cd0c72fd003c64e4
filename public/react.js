/** `<LiveImage>` for React 18 and 19. See docs/spa.md. */
import { createElement, forwardRef, useEffect, useRef, useState } from 'react'
import './live-img.js'

/** Widths in device pixels: few, because each is a picture that the server draws. */
const WIDTHS = [160, 320, 640, 960, 1280, 1920]

/** A `<live-img>` with React's names, and with a resolution that follows the size of its box. */
export const LiveImage = forwardRef(function LiveImage({ src, resolution, className, ...rest }, ref) {
  const box = useRef(null)
  const widths = resolution === true ? WIDTHS : resolution || undefined
  const width = useBoxWidth(box, widths?.join())
  const setRef = (element) => {
    box.current = element
    if (typeof ref === 'function') ref(element)
    else if (ref) ref.current = element
  }
  return createElement('live-img', {
    ...rest,
    // React 18 sets attributes of a custom element as they are written.
    class: className,
    src: widths ? toResolution(src, width, rest) : src,
    ref: setRef,
  })
})

/** The first of the widths that fills the box; undefined until it is measured. */
function useBoxWidth(box, list) {
  const [width, setWidth] = useState()
  useEffect(() => {
    if (list === undefined) return
    const widths = list.split(',').map(Number)
    const observer = new ResizeObserver(([{ contentRect }]) => {
      const needed = contentRect.width * devicePixelRatio
      setWidth(widths.find((each) => each >= needed) ?? widths.at(-1))
    })
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [box, list])
  return width
}

/** The address at a width; with both sizes given, at a height in the same ratio. */
function toResolution(src, width, given) {
  if (!src || width === undefined) return undefined
  const [path, query] = src.split('?')
  const search = new URLSearchParams(query)
  search.set('width', width)
  const ratio = given.height / given.width
  if (ratio > 0) search.set('height', Math.round(width * ratio))
  return `${path}?${search}`
}
