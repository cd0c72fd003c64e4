import test from 'node:test'
import { expectPicture, renderOnce } from 'imgcast/test'

const widget = new URL('./my-widget.ts', import.meta.url)
const kept = (name) => new URL(`./pictures/${name}.png`, import.meta.url)

// The first run writes the pictures into ./pictures: look at them, and keep them beside this file. Later runs compare.
// After an intended change, `UPDATE_PICTURES=1` replaces them.
test('my-widget has a face for everyone', async () => {
  await expectPicture(await renderOnce(widget, { visitors: 3, scale: 2 }), kept('my-widget'))
})

test('my-widget greets on any ground', async () => {
  const picture = await renderOnce(widget, {
    visitors: 1,
    params: { greeting: 'Hello', background: 'white' },
  })
  await expectPicture(picture, kept('my-widget-white'))
})
