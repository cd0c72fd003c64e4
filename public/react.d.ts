import type { CSSProperties, ForwardRefExoticComponent, HTMLAttributes, RefAttributes } from 'react'
import type { Background, LiveImg } from './live-img.js'

/** The properties of a live picture. */
export interface LiveImageProps extends HTMLAttributes<LiveImg> {
  /** The address of the picture. */
  src: string
  alt?: string
  /** CSS pixels. @default those of the picture */
  width?: number | string
  height?: number | string
  loading?: 'lazy' | 'eager'
  /** What becomes of it off the screen. @default 'pause' */
  background?: Background
  /** The server's address. @default all of `src` before the widget and the key */
  server?: string
  /**
   * Requests the picture at the width of its box, in device pixels: the first of these widths that fills it; `true` for 160,
   * 320, 640, 960, 1280 and 1920. For pictures with a `width`. @default the address as it is
   */
  resolution?: true | readonly number[]
  className?: string
  style?: CSSProperties
}

/** A live picture: all of a page come over one WebSocket, which closes with the last of them. */
export const LiveImage: ForwardRefExoticComponent<LiveImageProps & RefAttributes<LiveImg>>
