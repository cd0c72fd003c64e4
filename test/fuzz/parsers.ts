import { isbot } from 'isbot'
import { FrameReader, FrameReaderError } from '../../src/camera/frame-reader.ts'
import { readBoundary } from '../../src/camera/part-head.ts'
import { PublicError, quote } from '../../src/errors.ts'
import { formatCondition, parseCondition } from '../../src/hooks/condition.ts'
import { parseHistoryQuery } from '../../src/http/api/history-api.ts'
import { clientOf } from '../../src/http/client.ts'
import { headerText } from '../../src/http/header-text.ts'
import { toQuery } from '../../src/http/page/page-look.ts'
import { readBadgeUrl } from '../../src/http/picture/badge-request.ts'
import { readPoint } from '../../src/http/picture/click-point.ts'
import { checkReferrer } from '../../src/http/picture/referrer.ts'
import { readTarget } from '../../src/http/picture/target.ts'
import { isPictureUrl, parsePicturePath } from '../../src/http/picture-path.ts'
import { readPurpose } from '../../src/http/purpose.ts'
import { clientAddress, type PictureRequest } from '../../src/http/request.ts'
import { parseRoomQuery } from '../../src/http/room-list.ts'
import { Sessions } from '../../src/http/sessions.ts'
import { parseStaticPath } from '../../src/picture/badge/static-path.ts'
import { parseColor } from '../../src/picture/color.ts'
import { endOfJpegFrameHeader } from '../../src/picture/jpeg.ts'
import { readPictureHead } from '../../src/picture/picture-head.ts'
import { findSvgReference } from '../../src/picture/svg-references.ts'
import { compileJsonQuery } from '../../src/status/json-query.ts'
import { parseStatus } from '../../src/status/status-schema.ts'
import { parseRetryAfter } from '../../src/system/retry-after.ts'
import { readDate } from '../../src/widget/date.ts'
import { defineWidget } from '../../src/widget/define-widget.ts'
import { formatDuration, parseDuration } from '../../src/widget/duration.ts'
import { isKey } from '../../src/widget/key.ts'
import { parseLook } from '../../src/widget/look.ts'
import { toManifest } from '../../src/widget/manifest.ts'
import { param } from '../../src/widget/param.ts'
import { isRoomName } from '../../src/widget/room.ts'
import type { Widget } from '../../src/widget/widget.ts'
import { MultipartParser } from '../support/multipart.ts'

/** A parser of text that strangers write. */
export interface FuzzedParser {
  name: string
  /** Reads a text, checks what it returns, and throws only what `isRefusal` knows. */
  read: (text: string) => void
  /** What texts of this kind are made of, besides any others. */
  pieces: readonly string[]
}

/** Whether an error is one that the parsers promise: it names the expected text. */
export function isRefusal(error: unknown): boolean {
  if (error instanceof PublicError) return error.status >= 400 && error.status < 500
  // A fault of the code is a TypeError, too, and expects nothing.
  return (error instanceof TypeError || error instanceof RangeError) && /expected/i.test(error.message)
}

const manifest = toManifest(
  'it',
  '/it.mjs',
  defineWidget({
    title: 'It',
    size: { width: { min: 10, max: 4000, default: 200 }, height: { min: 10, max: 4000, default: 50 } },
    params: {
      label: param.text('hello'),
      color: param.color('#ff8800'),
      bold: param.boolean(),
      every: param.duration(2000),
      to: param.date('2027-01-01'),
    },
    draw() {},
  } as Widget),
)
const widgets = { manifests: new Map([['it', manifest]]), faults: [] }
/** The store is read only for a session with a valid signature, before anything is awaited. */
const verified: string[] = []
const sessions = new Sessions({
  token: 'a token of sixteen',
  store: {
    get: async (room) => verified.push(room),
    set: async () => {},
    delete: async () => false,
    async *list() {},
  },
})
const query = (text: string) => new URLSearchParams(text)

/** Fails the run where a value that was read is not read again as itself. */
function expectSame<T>(read: (text: string) => T | undefined, text: string, print: (value: T) => string) {
  const value = read(text)
  if (value === undefined) return
  const again = read(print(value))
  if (JSON.stringify(again) !== JSON.stringify(value))
    throw new Error(`read as ${JSON.stringify(value)}, then as ${JSON.stringify(again)}`)
}

/** Every parser of what strangers send. */
export const PARSERS: readonly FuzzedParser[] = [
  {
    name: 'picture path',
    read: (text) => {
      isPictureUrl(text)
      parsePicturePath(text)
    },
    pieces: ['/', '.png', '.mjpeg', '%2f', '%', '..', 'api', 'it', '?', '\0'],
  },
  {
    name: 'request target',
    read: (text) => void readTarget({ method: 'GET', url: text, headers: {} }, widgets),
    pieces: ['http://', '/it/', '/it.png', '?delivery=', '.json', '//', '@', '#', 'click'],
  },
  {
    name: 'look',
    read: (text) =>
      expectSame(
        (each) => parseLook(manifest, 'png', query(each)),
        text,
        (look) => String(toQuery(manifest, look)),
      ),
    pieces: ['width=', 'height=200', '&', '=', '%', 'color=', 'to=', 'every=', 'scale=3', 'theme=', '1e9'],
  },
  {
    name: 'purpose (Accept, User-Agent)',
    read: (text) => void readPurpose({ accept: text, 'user-agent': text }),
    pieces: ['text/html', 'image/*', ';q=', '0.', ',', '*/*', '"', ' ', 'Mozilla/5.0 ', 'bot'],
  },
  {
    name: 'user agent',
    read: (text) => {
      clientOf({ 'user-agent': text })
      isbot(headerText({ 'user-agent': text }, 'user-agent'))
    },
    pieces: ['Gecko/1 ', 'Firefox/', 'Chrome/', 'Mozilla/5.0 ', '(', 'compatible; ', 'bot', '+http://'],
  },
  {
    name: 'cookies',
    read: (text) => {
      void sessions.has({ headers: { cookie: text } })
      if (verified.length > 0) throw new Error('a forged session is good')
    },
    pieces: ['imgcast_dashboard=', ';', '9999999999999.', '=', ' ', '"', 'a=b; '],
  },
  {
    name: 'referrer',
    read: (text) => {
      checkReferrer({ referer: text, host: 'here.example' }, [])
      checkReferrer({ referer: text, host: 'here.example' }, ['*.example.org', 'localhost:80'])
    },
    pieces: ['http://', 'https://', 'example.org', 'xn--', '@', ':', '/', '%', '.', '\\', 'ü'],
  },
  {
    name: 'forwarded address',
    read: (text) => {
      const headers = { forwarded: text, 'x-forwarded-for': text }
      const socket = { remoteAddress: '127.0.0.1' }
      const app = { get: () => () => true }
      clientAddress({ headers, socket, app, ip: text } as unknown as PictureRequest)
    },
    pieces: ['for=', '"[', ']"', '203.0.113.7', ':5000', ',', ';', 'by=', 'proto=https', '_hidden', '\\"'],
  },
  {
    name: 'click',
    read: (text) => {
      const { x, y } = readPoint({ url: text, body: query(text) })
      if ((x === undefined) !== (y === undefined)) throw new Error('half a point')
    },
    pieces: ['?', ',', '%2c', '-', '1', '.x=', '&y=', '99999999999999999999'],
  },
  {
    name: 'room list',
    read: (text) => void parseRoomQuery(query(text)),
    pieces: [
      'sort=',
      '-hits',
      'limit=',
      'cursor=',
      'WyItaGl0cyIsMSwiYSJd',
      'watched=',
      'true',
      '&',
      'search=',
    ],
  },
  {
    name: 'history query',
    read: (text) => void parseHistoryQuery(query(text), Date.UTC(2027, 0, 1)),
    pieces: ['from=', 'to=', 'step=', '&', '2027-01-01', 'T00:00', 'Z', '1h', '%2B02:00', '-'],
  },
  {
    name: 'date',
    read: (text) => expectSame(readDate, text, (date) => date),
    pieces: ['2027', '-01', '-31', 'T', '24:00', ':60', 'Z', '+02:00', ' ', '.000'],
  },
  {
    name: 'duration',
    read: (text) => expectSame(parseDuration, text, formatDuration),
    pieces: ['1', '.5', 'ms', 's', 'm', 'h', 'd', '-', 'e9', '000'],
  },
  {
    name: 'condition of a webhook',
    read: (text) => expectSame((each) => parseCondition(each), text, formatCondition),
    pieces: ['visitors', 'hits', '(', 'online/blog', ')', ' > ', '>=', '100', '==', '\n'],
  },
  {
    name: 'status',
    read: (text) => {
      parseStatus({ schemaVersion: 1, label: text, message: text || 'm', color: text, namedLogo: text })
    },
    pieces: ['#', 'f80', 'rgb(', ',', ':', '\ud800', '\u202e'],
  },
  {
    name: 'JSONPath',
    read: (text) => void compileJsonQuery(text)({ a: [1, { b: 2 }], c: 'x' }),
    pieces: ['$', '..', '.a', '[0,0]', '[?', '@.b', ']', '*', "'", '"', '\\', '==', '[::1]', 'length('],
  },
  {
    name: 'multipart parts',
    read: (text) => {
      try {
        new MultipartParser('b').push(Buffer.from(text, 'latin1'))
      } catch {
        // The tests' own reader: only its time is measured.
      }
    },
    pieces: ['--b', '\r\n', '--', 'Content-Length: ', '9', 'Content-Type: image/png', ':'],
  },
  {
    name: 'JPEG segments',
    read: (text) => {
      const end = endOfJpegFrameHeader(Buffer.from(text, 'latin1'))
      if (end < 0 || end > text.length) throw new Error(`a header that ends at ${end} of ${text.length}`)
    },
    pieces: ['\xff', '\xd8', '\xc0', '\xda', '\0', '\x02', '\xff\xfe'],
  },
  {
    name: 'stream of frames',
    read: (text) => {
      const bytes = Buffer.from(text, 'latin1')
      for (const boundary of [undefined, 'x']) {
        let frames = 0
        const reader = new FrameReader({
          boundary,
          maxFrameBytes: 100_000,
          onFrame: (frame) => {
            frames += frame.length
            if (frame.length < 4 || frame[0] !== 0xff) throw new Error(`a frame of ${frame.length} bytes`)
          },
        })
        try {
          for (let at = 0; at < bytes.length; at += 50_000) reader.push(bytes.subarray(at, at + 50_000))
        } catch (error) {
          if (!(error instanceof FrameReaderError)) throw error
        }
        if (frames > bytes.length) throw new Error(`${frames} bytes of frames from ${bytes.length}`)
      }
    },
    pieces: [
      ...['\xff\xd8\xff\xe0\0\x02', '\xff\xd9', '\xff\xda\0\x02', '\xff\xd8\xff', '\xff', '\0', '\r\n', '\n'],
      ...[
        '--x',
        'Content-Length: ',
        '12',
        '\xff\xd8\xff\xda\0\x02abc\xff\xd9',
        'Content-Type: image/jpeg\r\n\r\n',
      ],
    ],
  },
  {
    name: 'references in an SVG',
    read: (text) => {
      const fault = findSvgReference(text)
      if (fault !== undefined) throw new TypeError(fault)
    },
    pieces: ['<image ', 'xlink:href="', "href='", '"', '<a ', '<!ENTITY', '#', 'data:image/png;base64,'],
  },
  {
    name: 'picture file',
    read: (text) => {
      const head = readPictureHead(Buffer.from(text, 'latin1'))
      if (head && !(head.width > 0 && head.height > 0)) throw new Error('a picture without a size')
    },
    pieces: [
      '\x89PNG\r\n\x1a\n',
      'IHDR',
      '\xff\xd8',
      '\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0',
      'GIF89a',
      'RIFF',
      'WEBPVP8X',
      '<svg ',
      ' width="',
      '9"',
      '<!--',
      '-->',
      '</svg>',
    ],
  },
  {
    name: 'multipart type',
    read: (text) => void readBoundary(`multipart/x-mixed-replace${text}`),
    pieces: [';', ' ', 'boundary=', '"', '--', 'a', '\t'],
  },
  {
    name: 'color',
    read: (text) => expectSame(parseColor, text, (color) => color),
    pieces: ['#', 'ff8800', 'rgb(', 'hsl(', ',', '%', '/', ')', 'tomato', '.5', 'turn', ' '],
  },
  {
    name: 'badge path',
    read: (text) => {
      readBadgeUrl(`/it/${text}.svg`, manifest)
      parseStaticPath(text)
    },
    pieces: ['-', '--', '_', '__', 'build', 'brightgreen', '?', '%2F', 'message='],
  },
  {
    name: 'room and key',
    read: (text) => {
      isRoomName(text)
      isKey(text)
    },
    pieces: ['online', '/', '-', '~', '.', 'a1', '%'],
  },
  {
    name: 'Retry-After',
    read: (text) => {
      const time = parseRetryAfter(text, Date.UTC(2027, 0, 1))
      if (time !== undefined && !(time >= 0)) throw new Error(`negative: ${time}`)
    },
    pieces: ['120', 'Fri, ', '01 Jan 2027', ' 00:00:00 GMT', '-', '1e9'],
  },
  {
    name: 'quoted value',
    read: (text) => {
      if (quote(text).length > 60) throw new Error('longer than 60 characters')
    },
    pieces: [':', '@', 'http://', '?token=', '"', '\\', '\n', '&key='],
  },
]
