/** All cameras over one WebSocket, without `<live-img>`: the protocol of docs/spa.md in a page of code. */

/** The mount path of the server. Addresses in the socket's messages are below it. */
const MOUNT = '/live'
const MAX_FAILURES = 3

const images = [...document.querySelectorAll('img[data-src]')]
const bySource = new Map(images.map((image) => [image.dataset.src.slice(MOUNT.length), image]))
const byId = new Map()
const state = document.querySelector('#state')
let failures = 0

function connect() {
  const socket = new WebSocket(`${location.origin.replace('http', 'ws')}${MOUNT}/ws`)
  socket.binaryType = 'arraybuffer'
  socket.onopen = () => socket.send(JSON.stringify({ subscribe: [...bySource.keys()] }))
  socket.onmessage = ({ data }) => {
    failures = 0
    if (typeof data === 'string') onText(JSON.parse(data))
    else show(byId.get(new DataView(data).getUint16(0)), data.slice(2))
  }
  socket.onclose = onClose
}

function onText({ subscribed, ended }) {
  if (subscribed) byId.set(subscribed.id, bySource.get(subscribed.src))
  if (ended) byId.delete(ended.id)
  state.textContent = `${byId.size} cameras over one WebSocket`
}

/** Shows a frame. Each address is revoked, or every frame would stay in memory. */
function show(image, bytes) {
  // While one is decoded, the newest waits.
  if (!image) return
  if (image.isBusy) {
    image.next = bytes
    return
  }
  const url = URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' }))
  image.isBusy = true
  image.onload = image.onerror = () => {
    URL.revokeObjectURL(url)
    image.isBusy = false
    const { next } = image
    image.next = undefined
    if (next) show(image, next)
  }
  image.src = url
}

function onClose() {
  byId.clear()
  failures += 1
  if (failures < MAX_FAILURES) {
    state.textContent = 'Connecting again'
    // At random times, so that all walls do not return at once.
    setTimeout(connect, 500 * 2 ** failures * (0.5 + Math.random()))
    return
  }
  // Something between here and the server lets no WebSocket through. Over HTTP/1.1 four of these streams are live.
  state.textContent = 'Streamed without a WebSocket'
  for (const image of images) image.src = image.dataset.src
}

connect()
