/** What is known of a metric before anything is counted: the only place of its name, labels and meaning. */
export interface MetricRow {
  type: 'counter' | 'gauge' | 'histogram'
  name: string
  labels: readonly string[]
  /** What it says, with its unit and what the labels stand for. */
  help: string
  /** Upper bounds of a histogram's buckets, in seconds. */
  buckets?: readonly number[]
}

/** From a badge, in which one millisecond is long, to a widget that is about to be killed. */
const DRAWING_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
/** From one viewer to a crowd for which new requests have to wait. */
const FAN_OUT_BUCKETS = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
]

/**
 * What the server counts. None has a label for rooms, keys, looks or addresses: anybody may invent those, and each
 * value of a label is a series that is kept for as long as the server runs.
 */
export const METRICS = {
  streams: gauge('imgcast_streams', [], 'Open picture streams'),
  streamsLimit: gauge(
    'imgcast_streams_limit',
    [],
    'Open picture streams that are allowed: `--max-connections`',
  ),
  connections: gauge(
    'imgcast_connections',
    ['widget'],
    'Open streams by the widget that is seen; a picture that shows others counts for each of their rooms',
  ),
  visitors: gauge('imgcast_visitors', ['widget'], 'Distinct people among the connections'),
  rooms: gauge('imgcast_rooms', [], 'Rooms that somebody watches'),
  channels: gauge('imgcast_channels', [], 'Live pictures, watched or lingering'),
  channelsLimit: gauge('imgcast_channels_limit', [], 'Live pictures that are allowed: `--max-channels`'),
  streamsOpened: counter('imgcast_streams_opened_total', ['widget'], 'Streams that were opened'),
  ghosts: counter('imgcast_ghosts_total', [], 'Streams that ended as the viewer’s network was gone'),
  viewersEnded: counter(
    'imgcast_viewers_ended_total',
    ['reason'],
    'Viewers that ended, by reason: `left`, `ghost` (its network is gone), `slow`, `refused` (a limit; it never began, or made place for another network), `stopping`, `failed` (the server could not write to it)',
  ),
  stills: counter(
    'imgcast_stills_total',
    ['widget', 'status'],
    'Stills that were answered, by status: 200, 304',
  ),
  errors: counter(
    'imgcast_errors_total',
    ['status', 'code'],
    'Requests for pictures that ended as an error, by status and problem type',
  ),
  framesDrawn: counter(
    'imgcast_frames_drawn_total',
    ['widget'],
    'Times a widget’s `draw` was called to its end; an animation has many',
  ),
  framesEncoded: counter(
    'imgcast_frames_encoded_total',
    ['format'],
    'Pictures that were encoded, by format; an animation is one',
  ),
  drawingsFailed: counter('imgcast_drawings_failed_total', ['widget'], 'Pictures that could not be drawn'),
  framesUnchanged: counter(
    'imgcast_frames_unchanged_total',
    [],
    'Pictures equal to the one before, and not sent',
  ),
  framesSent: counter(
    'imgcast_frames_sent_total',
    ['widget'],
    'Pictures sent in streams, each to one viewer',
  ),
  framesDropped: counter(
    'imgcast_frames_dropped_total',
    ['widget'],
    'Pictures that a slow viewer skipped, as a newer one came first',
  ),
  sentBytes: counter(
    'imgcast_sent_bytes_total',
    ['widget', 'delivery'],
    'Bytes of pictures’ bodies, by delivery: stream, still',
  ),
  probeBytes: counter(
    'imgcast_probe_bytes_total',
    [],
    'Of the streams’ bytes, those that asked whether a page was left: `--probe`',
  ),
  drawDuration: histogram(
    'imgcast_draw_duration_seconds',
    ['widget'],
    'Seconds in a widget’s `draw`, for each picture that was encoded',
    DRAWING_BUCKETS,
  ),
  encodeDuration: histogram(
    'imgcast_encode_duration_seconds',
    ['format'],
    'Seconds to paint and encode what was drawn, by format',
    DRAWING_BUCKETS,
  ),
  fanOutDuration: histogram(
    'imgcast_fan_out_duration_seconds',
    [],
    'Seconds to show a new picture to everybody who watches it',
    FAN_OUT_BUCKETS,
  ),
  renderProcesses: gauge('imgcast_render_processes', [], 'Render processes that run'),
  unhandledErrors: counter(
    'imgcast_unhandled_errors_total',
    ['origin'],
    'Errors that no code of the process handled, by origin: uncaughtException, unhandledRejection',
  ),
  renderRestarts: counter(
    'imgcast_render_restarts_total',
    [],
    'Render processes that died, or were killed for what a widget did, and were replaced',
  ),
  storeErrors: counter(
    'imgcast_store_errors_total',
    ['operation'],
    'Times the store’s disk failed, by operation: read, write, delete',
  ),
} as const

function counter<const Label extends string>(name: string, labels: readonly Label[], help: string) {
  return { type: 'counter', name, labels, help } as const
}

function gauge<const Label extends string>(name: string, labels: readonly Label[], help: string) {
  return { type: 'gauge', name, labels, help } as const
}

function histogram<const Label extends string>(
  name: string,
  labels: readonly Label[],
  help: string,
  buckets: readonly number[],
) {
  return { type: 'histogram', name, labels, help, buckets } as const
}
