import * as z from 'zod'
import type { ChannelSpec } from '../channel/spec.ts'
import { type Fault, PublicError } from '../errors.ts'
import { createFrame, FORMATS, type Frame } from '../picture/frame.ts'
import { nodeAuditSchema } from '../schema/audit-schema.ts'
import type { Manifest } from '../widget/manifest.ts'

/** The version of the messages between an edge and its upstream: both must have the same. */
export const EDGE_VERSION = 1
/** Where edges connect, below any mount path. */
export const EDGE_PATH = '/api/edge'
/** The longest chain of servers, with the origin. */
export const MAX_DEPTH = 8
/** The longest message of an edge, in bytes. */
export const MAX_REPORT_BYTES = 1_048_576
/** Viewers in one message, so that it stays short. */
export const MAX_REPORTED_VIEWERS = 2_000
/** The longest message of an upstream: a picture. */
export const MAX_FRAME_BYTES = 64 * 2 ** 20
/** Milliseconds after which the viewers of an edge that is silent are removed. */
export const EDGE_LEASE = 10_000

/** One server of a chain. */
export interface EdgeNode {
  /** Random, and new at every start. */
  id: string
  /** Host name and process id. */
  name: string
}

const count = z.number().int().min(0)
const id = z.number().int().min(0).max(0xffff_ffff)
const room = z.string().min(1).max(400)
const text = z.string().max(300)
const spec = z.object({
  widget: text,
  key: text,
  look: z.looseObject({
    format: z.enum(FORMATS),
    ...{ width: count, height: count, scale: z.number().positive() },
    params: z.record(z.string(), z.unknown()),
  }),
})

const messages = z.object({
  hello: z.object({ version: z.number(), id: text, name: text }).optional(),
  /** Shows a picture from now on. */
  watch: z.object({ id, spec }).optional(),
  unwatch: z.object({ id }).optional(),
  /** A question; its `reply` has the same id. */
  ask: z
    .object({
      id,
      question: z.union([z.object({ known: room }), z.object({ read: spec }), z.object({ secret: count })]),
    })
    .optional(),
  /** Viewers that came or left, hits, and the servers below. */
  report: z
    .object({
      /** All viewers follow, up to the report that `ends`: others are gone. */
      begins: z.boolean().optional(),
      ends: z.boolean().optional(),
      /** For each room, the viewers that changed: their streams, and their stills in place of streams. */
      rooms: z.array(z.tuple([room, z.array(z.tuple([text, count, count]))])),
      hits: z.array(z.tuple([room, count])),
      nodes: z
        .array(
          z.object({
            ...{ name: text, connections: count, rooms: count, isEdge: z.boolean().optional() },
            ...{ processor: z.number().min(0).optional(), memoryBytes: count.optional() },
          }),
        )
        .max(1_000)
        .optional(),
    })
    .optional(),
  /** The comparisons of the edge, and of those below it, with their kernels. */
  audited: z.object({ id, audits: z.array(nodeAuditSchema).max(1_000) }).optional(),
  /** The edge stops: its viewers are gone at once. */
  bye: z.boolean().optional(),
})

/** A message of an edge. */
export type EdgeMessage = z.infer<typeof messages>
/** The viewers of an edge that changed, and more. */
export type EdgeReport = NonNullable<EdgeMessage['report']>
/** A question of an edge. */
export type EdgeQuestion = NonNullable<EdgeMessage['ask']>['question']

/** An error as a message. */
export interface SentError {
  code: string
  status: number
  caption: string
  detail: string
  faults: readonly Fault[]
}

/** Why an edge is refused. `not-ready`: it may try again soon. */
export type Refusal = 'version' | 'loop' | 'too-deep' | 'not-ready'

/** A message of an upstream, besides its pictures. */
export interface UpstreamMessage {
  welcome?: {
    version: number
    path: EdgeNode[]
    manifests: Manifest[]
    /** As in `chain`. */
    fault?: string | undefined
    /** Keys of viewers' hashes by day, in base64. */
    secrets: [day: number, secret: string][]
  }
  refused?: { reason: Refusal; detail: string; path: EdgeNode[] }
  /** The chain from the upstream to the origin has changed. */
  path?: EdgeNode[]
  /** Whether the upstream reaches the origin: it does if there is no fault. */
  chain?: { fault?: string | undefined }
  /** The code of widgets has changed. */
  manifests?: Manifest[]
  /** A picture cannot be shown. */
  failed?: { id: number; error: SentError }
  reply?: { id: number; value?: unknown; error?: SentError }
  /** Asks for the edge's `audited`, of the edges below it only as far as they reply `within` milliseconds. */
  audit?: { id: number; within: number }
}

/** Reads a message of an edge. @throws Error for one that is malformed. */
export function parseEdgeMessage(data: string): EdgeMessage {
  return messages.parse(JSON.parse(data))
}

/** The picture that a message names: its look has been checked only roughly. */
export function toSpec(given: NonNullable<EdgeMessage['watch']>['spec']): ChannelSpec {
  return given as unknown as ChannelSpec
}

export function toSentError({ code, status, caption, message, faults }: PublicError): SentError {
  return { code, status, caption, detail: message, faults }
}

export function fromSentError({ faults, ...rest }: SentError): PublicError {
  return new PublicError({ ...rest, faults: [...faults] })
}

/** What precedes a picture's bytes in a message. */
interface FrameHead extends Pick<Frame, 'format' | 'width' | 'height' | 'animated' | 'alt' | 'awaitsFrame'> {
  id: number
  /** Whether the picture moves or counts. */
  isLively: boolean | undefined
}

/** A picture of an upstream. */
export interface UpstreamFrame {
  id: number
  frame: Frame
  isLively: boolean | undefined
}

const LENGTH_BYTES = 4

/** Encodes a picture: the length of its head, its head as JSON, its bytes. */
export function encodeFrame(id: number, frame: Frame, isLively: boolean | undefined): Buffer {
  const { format, width, height, animated, alt, awaitsFrame } = frame
  const head: FrameHead = { id, format, width, height, animated, alt, awaitsFrame, isLively }
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeUInt32BE(json.length)
  return Buffer.concat([length, json, frame.bytes])
}

/** Reads the message of a picture. @throws Error for one that is malformed. */
export function decodeFrame(data: Buffer): UpstreamFrame {
  const end = LENGTH_BYTES + data.readUInt32BE(0)
  const head = JSON.parse(data.toString('utf8', LENGTH_BYTES, end)) as FrameHead
  const { id, format, width, height, animated, alt, awaitsFrame, isLively } = head
  // A copy: the message's buffer may be a part of a larger one.
  const frame = createFrame(format, Buffer.from(data.subarray(end)), width, height, { animated })
  // Spreading it makes its entity tag, which most never need.
  const added = { ...(alt !== undefined && { alt }), ...(awaitsFrame && { awaitsFrame }) }
  return { id, isLively, frame: Object.keys(added).length === 0 ? frame : { ...frame, ...added } }
}

/** Names the servers of a chain. */
export function describePath(path: readonly EdgeNode[]): string {
  return path.map(({ name }) => name).join(' > ')
}
