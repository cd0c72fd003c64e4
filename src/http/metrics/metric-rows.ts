import { LATENCY_BOUNDS } from './load-totals.ts'

/** The definition of a metric: the only place for its name, labels and meaning. */
export interface MetricRow {
  type: 'counter' | 'gauge' | 'histogram'
  name: string
  labels: readonly string[]
  /** Its meaning, its unit and the meaning of its labels. */
  help: string
  /** Upper bounds of a histogram's buckets, in seconds. */
  buckets?: readonly number[]
}

/** From a badge, which takes less than a millisecond, to a widget that is about to be killed. */
const DRAWING_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]
/** From a picture that is drawn at once to one whose viewer has given up. */
const LATENCY_BUCKETS = LATENCY_BOUNDS.map((bound) => bound / 1000)
/** From one viewer to a crowd that delays new requests. */
const FAN_OUT_BUCKETS = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1,
]

/**
 * The server's metrics. None has a label for rooms, keys, looks or addresses: anyone can invent those, and each label
 * value is a series that is kept while the server runs. The keys of cameras are an exception: only the owner sets them.
 */
export const METRICS = {
  streams: gauge('imgcast_streams', [], 'Open picture streams'),
  streamsLimit: gauge('imgcast_streams_limit', [], 'Limit of open picture streams: `--max-connections`'),
  connections: gauge(
    'imgcast_connections',
    ['widget'],
    'Open streams by widget; a picture that embeds others counts in each of their rooms',
  ),
  visitors: gauge('imgcast_visitors', ['widget'], 'Distinct people among the connections'),
  rooms: gauge('imgcast_rooms', [], 'Rooms with viewers'),
  channels: gauge('imgcast_channels', [], 'Live pictures, watched or lingering'),
  channelsLimit: gauge('imgcast_channels_limit', [], 'Limit of live pictures: `--max-channels`'),
  nodes: largest(gauge('imgcast_nodes', [], 'Processes and servers that share counts, this one included')),
  edges: gauge('imgcast_edges', [], 'Edges that are connected to this server'),
  processes: gauge(
    'imgcast_processes',
    [],
    'Server processes whose metrics these are: one that did not reply in time is missing',
  ),
  countsPartial: largest(
    gauge(
      'imgcast_counts_partial',
      [],
      '1 while counts are those of this server alone, because it cannot reach the others',
    ),
  ),
  streamsOpened: counter('imgcast_streams_opened_total', ['widget'], 'Streams opened'),
  ghosts: counter('imgcast_ghosts_total', [], 'Streams that ended because the viewer’s network was gone'),
  viewersEnded: counter(
    'imgcast_viewers_ended_total',
    ['reason'],
    'Viewers that ended, by reason: `left`, `ghost` (its network is gone), `slow`, `replaced` (its browser needs the connection for another picture), `refused` (a limit; it never began, or made place for another network), `stopping`, `failed` (the server could not write to it)',
  ),
  stills: counter('imgcast_stills_total', ['widget', 'status'], 'Stills sent, by status: 200, 304'),
  errors: counter(
    'imgcast_errors_total',
    ['status', 'code'],
    'Picture requests that failed, by status and problem type',
  ),
  framesDrawn: counter(
    'imgcast_frames_drawn_total',
    ['widget'],
    'Completed calls of a widget’s `draw`; an animation has many',
  ),
  framesEncoded: counter(
    'imgcast_frames_encoded_total',
    ['format'],
    'Pictures encoded, by format; an animation is one',
  ),
  drawingsFailed: counter('imgcast_drawings_failed_total', ['widget'], 'Pictures whose drawing failed'),
  framesUnchanged: counter(
    'imgcast_frames_unchanged_total',
    [],
    'Pictures equal to the previous one, which were not sent',
  ),
  framesSent: counter(
    'imgcast_frames_sent_total',
    ['widget'],
    'Pictures sent in streams, counted for each viewer',
  ),
  framesDropped: counter(
    'imgcast_frames_dropped_total',
    ['widget'],
    'Pictures that a slow viewer skipped because a newer one was ready',
  ),
  sentBytes: counter(
    'imgcast_sent_bytes_total',
    ['widget', 'delivery'],
    'Bytes of pictures’ bodies, by delivery: stream, still',
  ),
  probeBytes: counter(
    'imgcast_probe_bytes_total',
    [],
    'Stream bytes sent as probes of pages that may have been left: `--probe`',
  ),
  drawDuration: histogram(
    'imgcast_draw_duration_seconds',
    ['widget'],
    'Seconds in a widget’s `draw`, for each encoded picture',
    DRAWING_BUCKETS,
  ),
  encodeDuration: histogram(
    'imgcast_encode_duration_seconds',
    ['format'],
    'Seconds to paint and encode a drawing, by format',
    DRAWING_BUCKETS,
  ),
  fanOutDuration: histogram(
    'imgcast_fan_out_duration_seconds',
    [],
    'Seconds to send a new picture to all its viewers',
    FAN_OUT_BUCKETS,
  ),
  renderProcesses: gauge('imgcast_render_processes', [], 'Running render processes'),
  renderCpu: counter(
    'imgcast_render_cpu_seconds_total',
    [],
    'Processor time of all render processes, also of those that have ended (Linux)',
  ),
  renderMemory: gauge(
    'imgcast_render_resident_memory_bytes',
    [],
    'Resident memory of all render processes; what they share is in each (Linux)',
  ),
  renderWorkers: gauge(
    'imgcast_render_workers',
    [],
    'Render processes that draw for all widgets: `--workers`',
  ),
  picturesWaiting: gauge('imgcast_pictures_waiting', [], 'Pictures that wait for a render process'),
  waitDuration: histogram(
    'imgcast_picture_wait_seconds',
    [],
    'Seconds that a picture waited for a render process before its drawing began',
    LATENCY_BUCKETS,
  ),
  changeDuration: histogram(
    'imgcast_change_to_picture_seconds',
    [],
    'Seconds from a change to the picture that shows it, in each live picture that is watched',
    LATENCY_BUCKETS,
  ),
  framesWanted: counter(
    'imgcast_frames_wanted_total',
    [],
    'Frames that watched animations were to draw at their frame rates',
  ),
  framesReached: counter('imgcast_frames_reached_total', [], 'Frames that watched animations did draw'),
  refusals: counter(
    'imgcast_refusals_total',
    ['reason'],
    'Requests and connections that were refused: too many or too large, a wrong token, no room, or not allowed',
  ),
  unhandledErrors: counter(
    'imgcast_unhandled_errors_total',
    ['origin'],
    'Unhandled errors of the process, by origin: uncaughtException, unhandledRejection',
  ),
  renderRestarts: counter(
    'imgcast_render_restarts_total',
    [],
    'Render processes that died or were killed because of a widget, and were replaced',
  ),
  roomsForgotten: counter(
    'imgcast_rooms_forgotten_total',
    [],
    'Rooms deleted that were never watched or written',
  ),
  storeErrors: counter(
    'imgcast_store_errors_total',
    ['operation'],
    'Disk errors of the store, by operation: read, write, delete',
  ),
  cameras: gauge(
    'imgcast_cameras',
    ['state'],
    'Cameras, by state: `idle` (no viewers), `connecting`, `live`, `interrupted`, `offline`, `full` (`--max-cameras`)',
  ),
  cameraViewers: gauge(
    'imgcast_camera_viewers',
    ['camera'],
    'Open streams of a camera, within other pictures too',
  ),
  cameraFailed: gauge(
    'imgcast_camera_failed',
    ['camera'],
    '1 while a watched camera has no frames because its source failed',
  ),
  cameraAge: gauge(
    'imgcast_camera_frame_age_seconds',
    ['camera'],
    'Age of a camera’s newest frame; it grows while the camera has no viewers',
  ),
  cameraFrames: counter('imgcast_camera_frames_total', ['camera'], 'Frames received from a camera'),
  cameraBytes: counter(
    'imgcast_camera_bytes_total',
    ['camera'],
    'Bytes of the frames received from a camera',
  ),
  cameraRestarts: counter(
    'imgcast_camera_restarts_total',
    ['camera'],
    'Times that a camera’s source failed or ended',
  ),
  cameraFramesSent: counter(
    'imgcast_camera_frames_sent_total',
    ['camera'],
    'Frames sent to a camera’s own viewers, since it was last without any',
  ),
  series: largest(
    gauge('imgcast_series', [], 'Series of numbers that are stored, counted at most once a minute'),
  ),
  seriesLimit: largest(gauge('imgcast_series_limit', [], 'Limit of series of numbers: `--max-series`')),
  seriesNumbers: counter(
    'imgcast_series_numbers_total',
    ['source'],
    'Numbers added to series, by source: `push` (scripts), `poll`',
  ),
} as const

function counter<const Label extends string>(name: string, labels: readonly Label[], help: string) {
  return { type: 'counter', name, labels, help } as const
}

function gauge<const Label extends string>(name: string, labels: readonly Label[], help: string) {
  return { type: 'gauge', name, labels, help } as const
}

/** A gauge of which several processes show the largest value, and not the sum. */
function largest<Row extends object>(row: Row) {
  return { ...row, aggregator: 'max' } as const
}

function histogram<const Label extends string>(
  name: string,
  labels: readonly Label[],
  help: string,
  buckets: readonly number[],
) {
  return { type: 'histogram', name, labels, help, buckets } as const
}
