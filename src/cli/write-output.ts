import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** How a file is written. */
export interface OutputOptions {
  /** A path, or `-` for standard output. */
  output: string
  /** Leaves a file of equal bytes untouched. @default false */
  ifChanged: boolean
}

/** Writes a picture, whole or not at all: a file is replaced only once the new one is complete. */
export async function writeOutput(
  bytes: Buffer | string,
  { output, ifChanged }: OutputOptions,
): Promise<void> {
  if (output === '-') return void (await new Promise((done) => process.stdout.write(bytes, done)))
  if (ifChanged && (await isEqual(output, bytes))) return
  const part = `${output}.${process.pid}.part`
  try {
    await writeFile(part, bytes)
    await rename(part, output)
  } catch (error) {
    await rm(part, { force: true })
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new Error(`there is no folder ${dirname(output)}`, { cause: error })
  }
}

async function isEqual(file: string, bytes: Buffer | string): Promise<boolean> {
  const before = await readFile(file).catch(() => undefined)
  return before?.equals(Buffer.from(bytes)) ?? false
}
