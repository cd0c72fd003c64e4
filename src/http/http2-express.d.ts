declare module 'http2-express' {
  import type { Express } from 'express'
  /** Makes an Express app whose requests and responses may be HTTP/1.1's or HTTP/2's. */
  export default function http2Express(express: () => Express): Express
}
