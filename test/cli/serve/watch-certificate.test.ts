import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createSecureServer } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { readCertificate, watchCertificate } from '../../../src/cli/serve/watch-certificate.ts'
import { eventually } from '../../support/eventually.ts'

test('a server gets a certificate that is replaced, and keeps its own while the files do not fit', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'imgcast-'))
  const files = { tlsCert: join(folder, 'cert.pem'), tlsKey: join(folder, 'key.pem') }
  const write = (name: string) => {
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      `/CN=${name}`,
    ]
    const out = ['-out', files.tlsCert, '-keyout', files.tlsKey]
    execFileSync('openssl', ['req', '-x509', '-days', '2', ...key, ...out], { stdio: 'ignore' })
  }
  write('first')
  const server = createSecureServer(readCertificate(files))
  const warnings: string[] = []
  const log = pino({}, { write: (line) => void warnings.push(line) })
  const stop = watchCertificate(server, files, log, 20)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const nameOf = async () => {
    const { port } = server.address() as AddressInfo
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    await once(socket, 'secureConnect')
    const { subject } = socket.getPeerCertificate()
    socket.destroy()
    return subject.CN
  }
  try {
    expect(await nameOf()).toBe('first')
    write('second')
    await eventually(async () => expect(await nameOf()).toBe('second'))
    writeFileSync(files.tlsKey, 'no key')
    await eventually(() => expect(warnings.join('')).toContain('cannot load the new certificate'))
    expect(await nameOf()).toBe('second')
    write('third')
    await eventually(async () => expect(await nameOf()).toBe('third'))
    expect(warnings.join('').match(/loaded the new/g)).toHaveLength(2)
  } finally {
    stop()
    server.close()
    rmSync(folder, { recursive: true })
  }
})
