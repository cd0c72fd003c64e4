import express from 'express'
import { createImgcast } from 'imgcast'

const imgcast = await createImgcast({ widgets: new URL('./widgets', import.meta.url), store: 'memory:' })

const app = express()
app.use('/live', imgcast.router)
app.use(express.static(new URL('./public', import.meta.url).pathname))

const server = app.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`http://localhost:${server.address().port}`)
})
server.on('upgrade', imgcast.upgrade)

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    server.close()
    await imgcast.close()
  })
}
