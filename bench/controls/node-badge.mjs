/** What one would write first: `http` that returns `makeBadge()`. Prints its port. */
import { createServer } from 'node:http'
import { makeBadge } from 'badge-maker'

const server = createServer((request, response) => {
  const [label = '', message = '', color = ''] = decodeURIComponent(request.url.slice(7, -4)).split('-')
  const svg = makeBadge({ label, message, color })
  response.writeHead(200, {
    'Content-Type': 'image/svg+xml',
    'Cache-Control': 'no-cache',
    'Content-Length': Buffer.byteLength(svg),
  })
  response.end(svg)
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
