/** What was sent to the viewers of one widget: streams add to it, whoever counts reads it. */
export class Traffic {
  /** Streams that were opened. */
  streams = 0
  /** Pictures that went out, each time to one viewer. */
  frames = 0
  /** Pictures that a viewer never got, as a newer one came first. */
  dropped = 0
  /** Of the streams' bodies. */
  bytes = 0
}
