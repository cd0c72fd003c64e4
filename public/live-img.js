/** `<live-img src="/online/lobby.png">`: live pictures like an `<img>`, all over one WebSocket. See docs/spa.md. */

const LIVE = /\.(png|jpe?g|webp|mjpeg)$/
const MAX_FAILURES = 3
/** Pictures change faster than a screen reader speaks. */
const WORDS_TIME = 5000
/** Until a silent server is asked, and until it is gone. */
const SILENCE = 15_000
/** WebKit keeps an img's stream until the frame around it is removed. */
const isWebKit = globalThis.navigator?.vendor?.startsWith('Apple')
const lines = new Map()
let isPageLeft = false

/** Jittered: not all pages return at once. */
const backOff = (first, last, tries) => Math.min(last, first * 2 ** tries) * (0.5 + Math.random())

class Line {
  failures = 0
  #base
  #pictures = new Map()
  #ids = new Map()
  #socket
  #flush
  #idle
  #retry
  #silence

  constructor(base) {
    this.#base = base
  }

  get isDown() {
    return this.failures >= MAX_FAILURES
  }

  add(src, element) {
    const picture = this.#pictures.get(src) ?? { src, elements: new Set(), tries: 0 }
    this.#pictures.set(src, picture)
    picture.elements.add(element)
    if (picture.words) element.describe(picture.words)
    if (picture.blob) element.show(picture.blob)
    this.update()
  }

  delete(src, element) {
    this.#pictures.get(src)?.elements.delete(element)
    this.update()
  }

  update() {
    this.#flush ??= setTimeout(() => {
      this.#flush = undefined
      this.#send()
    })
  }

  reconnect() {
    clearTimeout(this.#retry)
    this.#retry = undefined
    this.update()
  }

  close() {
    const socket = this.#socket
    if (!socket) return
    socket.onmessage = undefined
    socket.close()
    this.#reset()
  }

  #send() {
    const socket = this.#socket
    let isNeeded = false
    for (const picture of this.#pictures.values()) {
      const { src, elements, sent } = picture
      const needs = [...elements].map((element) => element.need)
      const need = ['live', 'paused'].find((each) => needs.includes(each))
      isNeeded ||= !!need
      if (!elements.size) {
        clearTimeout(picture.retry)
        this.#pictures.delete(src)
      }
      if (socket?.readyState !== 1 || sent === need || (picture.hasEnded && need)) continue
      picture.sent = need
      if (!need) this.#ask('unsubscribe', src)
      else if (!sent) this.#ask('subscribe', src)
      if (need === 'paused') this.#ask('pause', src)
      else if (need && sent) this.#ask('resume', src)
    }
    clearTimeout(this.#idle)
    if (!isNeeded) this.#idle = setTimeout(() => this.close(), 200)
    else if (!socket && !this.#retry && !isPageLeft) this.#open()
  }

  #ask(action, src) {
    this.#socket.send(JSON.stringify({ [action]: [src] }))
  }

  #open() {
    try {
      const socket = new WebSocket(`${this.#base.replace('http', 'ws')}ws`)
      this.#socket = socket
      this.#watch()
      socket.binaryType = 'arraybuffer'
      socket.onopen = () => this.update()
      // A policy: an error without a close (Chromium).
      socket.onclose = socket.onerror = () => this.#socket === socket && this.#onClose()
      socket.onmessage = ({ data }) => {
        this.#watch()
        const { isDown } = this
        this.failures = 0
        if (isDown) this.#each((element) => element.restart())
        if (data.byteLength) this.#onFrame(data)
        else this.#onText(JSON.parse(data))
      }
    } catch {
      this.#onClose()
    }
  }

  /** A network that is gone closes no socket. */
  #watch(isAsked) {
    clearTimeout(this.#silence)
    this.#silence = setTimeout(() => {
      if (isAsked || this.#socket.readyState !== 1) {
        this.close()
        this.failures ||= 1
        return this.#onClose()
      }
      const picture = [...this.#ids.values()].find(({ sent }) => sent)
      if (picture) this.#ask('subscribe', picture.src)
      this.#watch(picture)
    }, SILENCE)
  }

  #onText({ subscribed, ended }) {
    const picture = subscribed ? this.#pictures.get(subscribed.src) : this.#ids.get(ended?.id)
    if (!picture) return
    if (subscribed) {
      this.#ids.set(subscribed.id, picture)
      picture.words = subscribed
      for (const element of picture.elements) element.describe(subscribed)
      return
    }
    this.#ids.delete(ended.id)
    if (ended.reason === 'unsubscribed') return
    picture.hasEnded = true
    const retry = () => {
      picture.hasEnded = picture.sent = undefined
      this.update()
    }
    picture.retry = setTimeout(retry, backOff(5000, 300_000, picture.tries++))
  }

  #onFrame(data) {
    const picture = this.#ids.get(new DataView(data).getUint16(0))
    if (!picture) return
    picture.blob = new Blob([new Uint8Array(data, 2)], { type: 'image/png' })
    for (const element of picture.elements) element.show(picture.blob)
  }

  #reset() {
    clearTimeout(this.#silence)
    this.#socket = undefined
    this.#ids.clear()
    for (const picture of this.#pictures.values()) picture.sent = undefined
  }

  #onClose() {
    this.#reset()
    this.failures += 1
    if (this.failures === 2) this.#each((element) => element.toggleAttribute('stale', true))
    if (this.failures === MAX_FAILURES) this.#each((element) => element.restart())
    this.#retry = setTimeout(() => this.reconnect(), backOff(500, 60_000, this.failures - 1))
  }

  #each(step) {
    for (const { elements } of this.#pictures.values()) for (const element of elements) step(element)
  }
}

const each = (step) => () => {
  for (const line of lines.values()) step(line)
}

let nearby
if (globalThis.document) {
  const onNear = (entries) => {
    for (const { target, isIntersecting } of entries) target.onNear(isIntersecting)
  }
  nearby = new IntersectionObserver(onNear, { rootMargin: '200px' })
  document.addEventListener(
    'visibilitychange',
    each((line) => line.update()),
  )
  addEventListener(
    'online',
    each((line) => line.reconnect()),
  )
  // A page with an open socket is not kept for the Back button.
  addEventListener('pagehide', () => {
    isPageLeft = true
    each((line) => line.close())()
  })
  addEventListener('pageshow', () => {
    isPageLeft = false
    each((line) => line.reconnect())()
  })
}

export class LiveImg extends (globalThis.HTMLElement ?? class {}) {
  static observedAttributes = ['src', 'alt', 'width', 'height', 'loading', 'background', 'server']
  #root
  #sheet
  #img
  #words
  #line
  #src
  #size = {}
  #url
  #next
  #view
  #streamed
  #isNear
  #wasNear

  connectedCallback() {
    if (!this.#root) this.#build()
    nearby.observe(this)
    this.restart()
  }

  disconnectedCallback() {
    nearby.unobserve(this)
    this.#isNear = undefined
    this.#line?.delete(this.#src, this)
    this.#line = undefined
    this.#stopStream()
    this.#revoke()
    this.#next = undefined
    this.#img.removeAttribute('src')
  }

  attributeChangedCallback(name) {
    if (!this.isConnected || !this.#root) return
    if (name === 'src' || name === 'server') this.restart()
    this.onNear(this.#isNear)
    this.#layOut()
  }

  get need() {
    const { background } = this
    if (this.loading === 'lazy' && !this.#wasNear) return undefined
    if (background === 'play' || (this.#isNear !== false && !document.hidden)) return 'live'
    return background === 'leave' ? undefined : 'paused'
  }

  onNear(isNear) {
    this.#isNear = isNear
    this.#wasNear ||= isNear
    if (this.#line?.isDown !== false) this.#stream()
    this.#line?.update()
  }

  restart() {
    const url = Object.assign(document.createElement('a'), { href: this.src })
    const base = LIVE.test(url.pathname) && this.#baseOf(url)
    const path = base && url.href.slice(base.length - 1).split('#')[0]
    if (base && !lines.has(base)) lines.set(base, new Line(base))
    const line = lines.get(base)
    if (line !== this.#line || path !== this.#src) {
      this.#line?.delete(this.#src, this)
      this.#size = {}
      this.#next = undefined
      this.#words.textContent = this.#words.next = ''
      this.#line = line
      this.#src = path
      line?.add(path, this)
    }
    if (line?.isDown !== false) this.#stream()
  }

  describe({ width, height, alt }) {
    this.#size = { width, height }
    this.#layOut()
    const words = this.#words
    words.next = alt
    const say = () => {
      words.timer = undefined
      words.textContent = words.next
    }
    words.timer ??= setTimeout(say, words.textContent ? WORDS_TIME : 0)
  }

  /** As soon as the one before is decoded. */
  show(blob) {
    this.#next = blob
    if (this.#url) return
    this.#next = undefined
    this.#stopStream()
    this.removeAttribute('stale')
    this.#url = URL.createObjectURL(blob)
    this.#img.src = this.#url
  }

  #build() {
    this.#root = this.attachShadow({ mode: 'open' })
    this.#img = document.createElement('img')
    this.#img.part = 'img'
    this.#img.onload = this.#img.onerror = ({ type }) => {
      this.#revoke()
      if (this.#next) this.show(this.#next)
      this.dispatchEvent(new Event(type))
    }
    this.#words = document.createElement('span')
    this.#words.setAttribute('aria-live', 'polite')
    // A strict policy forbids style elements. The page's rules win over these.
    this.#sheet = new CSSStyleSheet()
    this.#root.adoptedStyleSheets = [this.#sheet]
    this.#root.append(this.#img, this.#words)
    this.#layOut()
  }

  #layOut() {
    const width = Number.parseInt(this.width || this.#size.width, 10)
    const height = Number.parseInt(this.height || this.#size.height, 10)
    const size = width && height ? `width:${width}px;aspect-ratio:${width}/${height}` : ''
    this.#sheet.replaceSync(
      `:host{display:inline-block;position:relative;max-width:100%;${size}}:host([stale]){opacity:.5}` +
        `img,iframe{display:block;border:0;width:100%;height:${size ? '100%' : 'auto'}}` +
        'span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}' +
        ':host([hidden]),[hidden]{display:none}',
    )
    this.#img.alt = this.alt
  }

  /** Where this file is from if not bundled, or all before the widget and the key. */
  #baseOf({ origin, pathname, href }) {
    if (this.server) return new URL(this.server.replace(/\/?$/, '/'), document.baseURI).href
    const own = /(.*\/)live-img\.js/.exec(import.meta.url)?.[1]
    return href.startsWith(own) ? own : origin + pathname.replace(/(\/[^/]*)?\/[^/]*$/, '/')
  }

  #stream() {
    const { src } = this
    if (!this.isConnected || !this.need || this.#streamed === src) return
    this.#stopStream()
    this.#streamed = src
    if (!src) return this.#img.removeAttribute('src')
    const img = new Image()
    const view = isWebKit ? document.createElement('iframe') : img
    this.#view = view
    view.hidden = true
    this.#root.append(view)
    if (view !== img) {
      const { body } = view.contentDocument
      body.style.margin = 0
      img.style.cssText = 'display:block;width:100%;height:100%'
      body.append(img)
    }
    img.onload = () => {
      img.onload = undefined
      this.removeAttribute('stale')
      this.#img.hidden = true
      view.hidden = false
      this.dispatchEvent(new Event('load'))
    }
    img.alt = this.#img.alt
    img.src = src
  }

  #stopStream() {
    this.#view?.removeAttribute('src')
    this.#view?.remove()
    this.#view = this.#streamed = undefined
    this.#img.hidden = false
  }

  #revoke() {
    URL.revokeObjectURL(this.#url)
    this.#url = undefined
  }
}

for (const name of LiveImg.observedAttributes)
  Object.defineProperty(LiveImg.prototype, name, {
    get() {
      return this.getAttribute(name) ?? ''
    },
    set(value) {
      if (value == null) this.removeAttribute(name)
      else this.setAttribute(name, value)
    },
  })

if (!globalThis.customElements?.get('live-img')) globalThis.customElements?.define('live-img', LiveImg)
