import { expect, test, vi } from 'vitest'
import { EmbeddedReader } from '../../src/channel/embedded-reader.ts'
import { PublicError } from '../../src/errors.ts'
import type { Reading } from '../../src/render/protocol.ts'
import { RenderError } from '../../src/render/render-error.ts'
import type { Renderer } from '../../src/render/renderer.ts'
import type { Look } from '../../src/widget/look.ts'
import { noDevice } from '../support/looks.ts'

const look: Look = {
  ...{ format: 'png' as const, width: 40, height: 20, scale: 1, quality: 85, fps: 0 },
  animate: 'push' as const,
  ...noDevice,
  params: {},
}
const spec = { widget: 'grid', key: 'main', look }

function setUp() {
  const read = vi.fn(async (): Promise<Reading> => ({ faults: [], shows: [] }))
  const manifests = () => new Map([['grid', { reads: true }]])
  const renderer = { manifests: manifests(), read }
  const reader = new EmbeddedReader(renderer as unknown as Renderer)
  const reload = () => {
    renderer.manifests = manifests()
  }
  return { reader, read, reload }
}

test('a picture is read once for simultaneous and later calls', async () => {
  const { reader, read } = setUp()
  await Promise.all([reader.read(spec), reader.read(spec)])
  await reader.read({ ...spec })
  expect(read).toHaveBeenCalledTimes(1)
  await reader.read({ ...spec, key: 'other' })
  expect(read).toHaveBeenCalledTimes(2)
})

test('is read again after the code has changed, and after a failure', async () => {
  const { reader, read, reload } = setUp()
  await reader.read(spec)
  reload()
  await reader.read(spec)
  expect(read).toHaveBeenCalledTimes(2)
  reload()
  read.mockRejectedValueOnce(new RenderError('grid', 'failed to read its parameters'))
  await expect(reader.read(spec)).rejects.toThrow(PublicError)
  await expect(reader.read(spec)).resolves.toEqual([])
})

test('a widget without its own parsers and without embedded pictures is not called', async () => {
  const { reader, read } = setUp()
  await expect(reader.read({ ...spec, widget: 'online' })).resolves.toEqual([])
  expect(read).not.toHaveBeenCalled()
})

test('keeps at most 500 results', async () => {
  const { reader, read } = setUp()
  for (let key = 0; key <= 500; key += 1) await reader.read({ ...spec, key: String(key) })
  await reader.read({ ...spec, key: '500' })
  expect(read).toHaveBeenCalledTimes(501)
  await reader.read({ ...spec, key: '0' })
  expect(read).toHaveBeenCalledTimes(502)
})
