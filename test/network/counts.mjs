/**
 * Asks servers for their counts, every 200 ms, from inside their own network namespace: whatever happens to the
 * network outside does not touch it. One process for all rooms, as starting one for each question would take longer.
 *
 *     node counts.mjs '["http://127.0.0.1:9192/counter/a.json"]'
 *
 * Prints a JSON line for every round: `{"at", "counts": {<url>: {"connections", "visitors"}}}`.
 */
import http from 'node:http'

const PERIOD = 200
const agent = new http.Agent({ keepAlive: true })
const urls = /** @type {string[]} */ (JSON.parse(process.argv[2] ?? '[]'))

for (;;) {
  const start = performance.now()
  const answers = await Promise.all(urls.map(async (url) => [url, await ask(url)]))
  process.stdout.write(`${JSON.stringify({ at: Date.now(), counts: Object.fromEntries(answers) })}\n`)
  await new Promise((resolve) => setTimeout(resolve, PERIOD - (performance.now() - start)))
}

/** @param {string} url @returns {Promise<unknown>} */
function ask(url) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, async (response) => {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      resolve(JSON.parse(text))
    })
    request.on('error', reject)
  })
}
