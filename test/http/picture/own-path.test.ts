import { expect, test } from 'vitest'
import { isOwnPath } from '../../../src/http/picture/own-path.ts'
import type { Manifest } from '../../../src/widget/manifest.ts'

const widgets = { manifests: new Map([['online', {} as Manifest]]), faults: [{ name: 'broken' }] }

test.each([
  '/',
  '/?look=1',
  '/online',
  '/online.png?width=5',
  '/online/lobby.png',
  '/online/',
  '/broken.png',
  '/api/rooms',
  '/healthz',
  '/dashboard',
])('%s is a path of the server’s own', (url) => expect(isOwnPath(url, widgets)).toBe(true))

test.each([
  '/about',
  '/logo.png',
  '/onlines.png',
  '/img/online.png',
  '/online.txt.html',
  '/favicon.ico',
  '/constructor',
])('%s is a path of the host app', (url) => expect(isOwnPath(url, widgets)).toBe(false))
