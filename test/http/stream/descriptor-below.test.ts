import { once } from 'node:events'
import { fstatSync } from 'node:fs'
import { connect, createSecureServer } from 'node:http2'
import { request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { descriptorBelow } from '../../../src/http/stream/descriptor-below.ts'
import type { SocketDescriptor } from '../../../src/system/socket-descriptor.ts'
import { makeCertificate } from '../../support/certificate.ts'
import { eventually } from '../../support/eventually.ts'

test.each(['http/1.1', 'h2'])(
  'the descriptor below a response of TLS with %s is a socket, until it is closed',
  async (protocol) => {
    const server = createSecureServer({ ...makeCertificate(), allowHTTP1: true })
    let found: SocketDescriptor | undefined
    server.on('request', (_request, response) => {
      found = descriptorBelow(response as never)
      response.write('a')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
    const session = protocol === 'h2' ? connect(origin, { rejectUnauthorized: false }) : undefined
    const call = session?.request() ?? request(origin, { rejectUnauthorized: false }).end()
    await once(call, 'response')
    expect(fstatSync(found?.descriptor ?? -1).isSocket()).toBe(true)
    call.destroy()
    session?.destroy()
    await eventually(() => found?.descriptor === -1)
    server.close()
  },
)
