import { EXAMPLE_ROOM } from '../../widget/example-room.ts'
import type { Finding } from './finding.ts'
import type { Failure, Identity, Observations } from './observations.ts'
import { boundaryOf } from './parts.ts'
import { remedyFor } from './remedies.ts'

const BY_CODE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name does not exist: check its spelling, and that it has an A or AAAA record.',
  EAI_AGAIN: 'The name cannot be resolved now: check that this machine reaches its DNS server.',
  ECONNREFUSED: 'Nothing listens there: check that the server runs, and listens on this address and port.',
  ETIMEDOUT: 'No response: a firewall drops the packets, or the address is wrong.',
  EHOSTUNREACH: 'There is no route to that address from this machine.',
  ENETUNREACH: 'There is no route to that address from this machine.',
  ECONNRESET:
    'The server closed the connection: perhaps this port uses https://, or admits only some clients.',
  HPE_INVALID_CONSTANT: 'The response is not HTTP: perhaps this port uses https://.',
  NO_RESPONSE:
    'The server accepts the connection but sends nothing: check that the server behind the proxy is alive.',
}

const BY_STAGE: Readonly<Record<Failure['stage'], string>> = {
  name: 'Check the DNS records of the name.',
  connection: 'Check the address, the port and the firewall.',
  tls: 'This port does not use TLS, or not for this name: try http://, or check the certificate for this name.',
  response: 'The server accepts the connection but sends no valid response: check its log.',
}

const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'The certificate has expired: renew it, and reload the server.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for other names.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'An intermediate certificate is missing: send the whole chain (fullchain.pem).',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'The certificate is self-signed. Use one that browsers accept; for tests, set NODE_EXTRA_CA_CERTS to its file.',
}

/** Checks that the address responds. */
export function diagnoseReach({ reach }: Observations): Finding {
  const { failure, address = '', dead, redirects, connected = 0 } = reach
  const id = 'reachable'
  if (failure) {
    const remedy = (failure.stage !== 'tls' && BY_CODE[failure.code]) || BY_STAGE[failure.stage]
    return { id, level: 'problem', detail: `${failure.code}: ${failure.message}`, remedy }
  }
  const detail = [
    `${address}, ${connected.toFixed(0)} ms`,
    ...redirects.map((url) => `redirects to ${url}`),
  ].join(', ')
  const isLocal = /^https?:\/\/localhost[:/]/.test(reach.url)
  if (dead.length === 0 || isLocal) return { id, level: 'ok', detail }
  return {
    id,
    level: 'warning',
    detail: `${detail}; not at ${dead.join(', ')}`,
    remedy:
      'Some readers are sent to an address that does not respond: listen there too, or remove it from DNS.',
  }
}

/** Checks that browsers accept the certificate. */
export function diagnoseCertificate({ reach: { tls } }: Observations): Finding | undefined {
  if (!tls) return undefined
  const id = 'certificate'
  if (tls.fault === undefined)
    return { id, level: 'ok', detail: `${tls.version}, valid until ${tls.validTo}` }
  const remedy = CERTIFICATE[tls.fault] ?? 'Browsers reject this certificate: use one that they accept.'
  return { id, level: 'problem', detail: tls.fault, remedy }
}

/** Checks that the server is Imgcast, and otherwise reports which server it is. */
export function diagnoseIdentity({ identity, proxy, reach }: Observations): Finding | undefined {
  if (!identity) return undefined
  const id = 'imgcast'
  const { base, status, headers } = identity
  if (base !== undefined) return { id, level: 'ok', detail: base === '' ? 'yes' : `yes, below ${base}` }
  const type = headers['content-type'] ?? 'no type'
  const problem = (detail: string, remedy: string): Finding => ({ id, level: 'problem', detail, remedy })
  if ([502, 503, 504].includes(status)) return problem(`no: ${status}`, remedyFor('has-no-server', proxy))
  if (status === 401 || status === 403)
    return problem(
      `no: ${status}`,
      'The server requires a login: remove it from this path, because readers have none.',
    )
  if (boundaryOf(type) !== undefined)
    return problem(
      'no: a stream of another server',
      'This stream is not from Imgcast: give the address of an Imgcast server.',
    )
  if (type.startsWith('image/') && status === 200) {
    return problem(
      `no: a plain file, ${type}`,
      'The response is a static file, from a disk or a cache: forward this path to Imgcast, and its .json too.',
    )
  }
  if (status === 400 && reach.tls === undefined)
    return problem('no: 400', 'The server does not understand the request: perhaps this port uses https://.')
  return problem(
    `no: ${describeType(type)}, ${status}`,
    'Another web server responds: give the path that Imgcast is mounted at, or forward this path to Imgcast, .json too.',
  )
}

/** Checks the picture at the given address. */
export function diagnosePicture({ identity, proxy, reach }: Observations): Finding | undefined {
  if (identity?.base === undefined) return undefined
  if (identity.wanted === undefined) return diagnoseOther(identity, reach.url)
  const { status, headers, problem, wanted } = identity
  const id = 'picture'
  const type = headers['content-type'] ?? 'no type'
  if (status >= 400) {
    const isBusy = status === 429 || status >= 500
    const remedy = isBusy
      ? 'The server cannot draw it at the moment: check its log, and run the doctor again later.'
      : 'Check the address: the gallery at the root of the server lists valid ones.'
    return { id, level: 'problem', detail: problem ?? `status ${status}`, remedy }
  }
  if (boundaryOf(type) !== undefined) return { id, level: 'ok', detail: 'a stream' }
  if (type.startsWith('text/html')) {
    return { id, level: 'problem', detail: 'nothing arrived within 5 s', remedy: remedyFor('buffers', proxy) }
  }
  if (wanted === 'still') return { id, level: 'ok', detail: `a still, as its address says: ${type}` }
  return { id, level: 'problem', detail: `${type}, not a stream`, remedy: remedyFor('caches', proxy) }
}

/** Reports an address that is not a picture's; returns nothing for one of Imgcast's own. */
function diagnoseOther({ base, status, headers }: Identity, url: string): Finding | undefined {
  const type = headers['content-type'] ?? 'no type'
  const isPicture = type.startsWith('image/') || boundaryOf(type) !== undefined
  if (isPicture || new URL(url).pathname.replace(/\/$/, '') === base) return undefined
  return {
    id: 'picture',
    level: 'warning',
    detail: `none: ${describeType(type)}, ${status}`,
    remedy: `Other pictures of the same server were examined. To examine one picture, give its address, like /${EXAMPLE_ROOM}.png.`,
  }
}

function describeType(type: string): string {
  return type.startsWith('text/html') ? 'a web page' : type
}
