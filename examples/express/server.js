import express from 'express'
import { createImgcast } from 'imgcast'

// All pictures are below /live; the widgets folder beside this file is watched.
const imgcast = await createImgcast({
  widgets: new URL('./widgets', import.meta.url),
  store: 'file:imgcast.db',
})

const app = express()
app.use('/live', imgcast.router)
app.get('/', (_request, response) => {
  response.send(`<!doctype html>
    <html lang="en">
      <meta charset="utf-8">
      <title>Bakery</title>
      <h1>Today’s bread</h1>
      <p><img src="/live/online/bakery.png" width="170" height="40" alt="Readers now" loading="lazy"></p>
      <p><img src="/live/oven.png" width="220" height="60" alt="The oven" loading="lazy"></p>
    </html>`)
})

const server = app.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`http://localhost:${server.address().port}`)
})

// Ends the streams so that every reader keeps the last picture.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    server.close()
    await imgcast.close()
  })
}
