import { endOfSegment, findSegment } from './jpeg.ts'

/** Markers (ITU T.81, table B.1): EXIF is in the second kind of application data. */
const APPLICATION_DATA = 0xe0
const EXIF = 0xe1
const EXIF_START = Buffer.from('Exif\0\0')
const FRAME_HEADER = 0xc0
const ORIENTATION = 0x0112
/** Entries of a directory: cameras write about twenty. */
const MAX_ENTRIES = 200

/** Whether a JPEG's EXIF says that its width and height are swapped when it is shown, as those of phones do (EXIF 2.32, 4.6.4). */
export function isTransposed(bytes: Buffer): boolean {
  const at = findSegment(bytes, isExifOrFrameHeader)
  if (bytes[at + 1] !== EXIF) return false
  return readOrientation(bytes.subarray(at + 4 + EXIF_START.length, endOfSegment(bytes, at))) >= 5
}

/** The orientation comes before the frame header, or the tables that come with it. */
function isExifOrFrameHeader(marker: number, at: number, bytes: Buffer): boolean {
  if (marker >= FRAME_HEADER && marker < APPLICATION_DATA) return true
  return marker === EXIF && bytes.subarray(at + 4, at + 4 + EXIF_START.length).equals(EXIF_START)
}

/** TIFF 6.0, section 2: the byte order, the place of the first directory, and its entries of twelve bytes. */
function readOrientation(tiff: Buffer): number {
  if (tiff.length < 10) return 1
  const isLittle = tiff.toString('latin1', 0, 2) === 'II'
  const word = (at: number) =>
    at + 2 > tiff.length ? 0 : isLittle ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at)
  const start = isLittle ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  for (let entry = 0; entry < Math.min(word(start), MAX_ENTRIES); entry += 1) {
    const at = start + 2 + entry * 12
    if (word(at) === ORIENTATION) return word(at + 8)
  }
  return 1
}
