import { spawnCommand } from '../system/child-process.ts'
import type { ProcessGroup } from '../system/process-group.ts'
import { type ProcessExit, SupervisedProcess } from '../system/supervised-process.ts'
import { InputError, type InputSink, type ReadInput } from './camera-input.ts'
import { type CameraSpec, hideSecrets } from './camera-spec.ts'
import { FrameReader } from './frame-reader.ts'

const MEMORY_BYTES = 2 ** 30
const BOUNDARY = 'imgcast'
/** A playlist or a redirect of a remote source must not lead ffmpeg to files of this machine. */
const REMOTE_PROTOCOLS = 'http,https,httpproxy,tcp,tls,udp,rtp,rtsp,rtsps,rtmp,rtmps,srt,crypto,data'
/** JPEG quality of ffmpeg, 2 (best) to 31. */
const QUALITY = '4'

/** Reads anything that ffmpeg reads, in one process. */
export function ffmpegInput(spec: CameraSpec, group: ProcessGroup, command = 'ffmpeg'): ReadInput {
  return async (sink, signal) => {
    if (signal.aborted) throw new InputError('stopped')
    let last = ''
    const process = new SupervisedProcess(spawnCommand(command, ffmpegArguments(spec)), {
      onLine: (line) => {
        last = line
      },
    })
    group.add(process, MEMORY_BYTES)
    signal.addEventListener('abort', () => process.kill(String(signal.reason)), { once: true })
    readFrames(process, sink)
    const exit = await process.exited
    group.delete(process)
    throw toError(exit, toShown(last))
  }
}

function readFrames(process: SupervisedProcess, sink: InputSink): void {
  const reader = new FrameReader({ boundary: BOUNDARY, onFrame: (bytes) => sink.onFrame(bytes) })
  process.child.stdout?.on('data', (chunk: Buffer) => {
    try {
      reader.push(chunk)
    } catch (error) {
      process.kill((error as Error).message)
    }
  })
}

/** The arguments of ffmpeg for a camera. */
export function ffmpegArguments({ source, input, output = [] }: CameraSpec): string[] {
  const isRemote = /^[a-z]+:\/\//i.test(source) && !/^file:/i.test(source)
  const before = input ?? defaultInput(source)
  return [
    ...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'error'],
    ...(isRemote && input === undefined ? ['-protocol_whitelist', REMOTE_PROTOCOLS] : []),
    ...before,
    ...['-i', source, '-an', '-sn', '-dn'],
    ...['-c:v', 'mjpeg', '-q:v', QUALITY, '-pix_fmt', 'yuvj420p', '-flush_packets', '1'],
    ...output,
    ...['-f', 'mpjpeg', '-boundary_tag', BOUNDARY, 'pipe:1'],
  ]
}

function defaultInput(source: string): string[] {
  if (/^rtsps?:/i.test(source))
    return ['-rtsp_transport', 'tcp', '-fflags', 'nobuffer', '-flags', 'low_delay']
  // A file plays at its own speed, again and again.
  if (!/^[a-z0-9]+:/i.test(source) && !source.startsWith('/dev/')) return ['-re', '-stream_loop', '-1']
  return []
}

function toError({ code, signal, error, killedFor }: ProcessExit, tail: string): InputError {
  if (error?.code === 'ENOENT')
    return new InputError('ffmpeg is not installed: apt install ffmpeg', { isLasting: true })
  if (error) return new InputError(`ffmpeg did not start: ${error.code ?? 'unknown error'}`)
  if (killedFor !== undefined) return new InputError(killedFor, { tail })
  if (code === 0) return new InputError('the source has ended', { tail })
  return new InputError(code === null ? `ffmpeg was ended by ${signal}` : `ffmpeg ended with code ${code}`, {
    tail,
  })
}

/** A line of ffmpeg as viewers may see it: printable, short, and without secrets. */
function toShown(line: string): string {
  return hideSecrets(line.replaceAll(/[^\x20-\x7e\u00a0-\uffff]/g, ''))
    .trim()
    .slice(0, 300)
}
