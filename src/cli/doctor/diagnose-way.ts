import type { Finding } from './finding.ts'
import type { Failure, Identity, Observations } from './observations.ts'
import { boundaryOf } from './parts.ts'
import { remedyFor } from './remedies.ts'

const BY_CODE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'There is no such name: is it spelled right, and does it have an A or AAAA record?',
  EAI_AGAIN: 'The name cannot be looked up now: does this machine reach its DNS server?',
  ECONNREFUSED: 'Nothing listens there: is the server running, and does it listen on this address and port?',
  ETIMEDOUT: 'Nothing answers: a firewall swallows it, or the address is wrong.',
  EHOSTUNREACH: 'There is no way to that address from here.',
  ENETUNREACH: 'There is no way to that address from here.',
  ECONNRESET: 'It hangs up on this: perhaps it speaks https:// on this port, or only lets some clients in.',
  HPE_INVALID_CONSTANT: 'What answers is not HTTP: perhaps it speaks https:// on this port.',
  NO_RESPONSE: 'It takes the connection and says nothing: is what stands behind it alive?',
}

const BY_STAGE: Readonly<Record<Failure['stage'], string>> = {
  name: 'Look at the DNS records of the name.',
  connection: 'Look at the address, the port and the firewall.',
  tls: 'It does not speak TLS here, or not for this name: try http://, or look at its certificate for this name.',
  response: 'It takes the connection and gives no proper answer: look at its log.',
}

const CERTIFICATE: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'The certificate has expired: renew it, and have it loaded again.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate is for other names than this one.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'Something is missing between the certificate and a known root: send the whole chain (fullchain.pem).',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'It signed its certificate itself. Take one that browsers know; for tests NODE_EXTRA_CA_CERTS may name the file.',
}

/** Whether anything answers at all. */
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
      'Some readers are sent to an address that does not answer: listen there too, or take it out of DNS.',
  }
}

/** Whether browsers believe the certificate. */
export function diagnoseCertificate({ reach: { tls } }: Observations): Finding | undefined {
  if (!tls) return undefined
  const id = 'certificate'
  if (tls.fault === undefined)
    return { id, level: 'ok', detail: `${tls.version}, valid until ${tls.validTo}` }
  const remedy =
    CERTIFICATE[tls.fault] ?? 'Browsers do not believe this certificate: take one that they know.'
  return { id, level: 'problem', detail: tls.fault, remedy }
}

/** Whether it is Imgcast, and else what. */
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
      'It lets nobody in, and so no reader either: take the login off this path.',
    )
  if (boundaryOf(type) !== undefined)
    return problem(
      'no: a stream of another server',
      "This stream is not Imgcast's: give the address of an Imgcast.",
    )
  if (type.startsWith('image/') && status === 200) {
    return problem(
      `no: a plain file, ${type}`,
      'A finished file comes, from a disk or a cache: send this path on to Imgcast, and its .json too.',
    )
  }
  if (status === 400 && reach.tls === undefined)
    return problem(
      'no: 400',
      'What answers does not understand this: perhaps it speaks https:// on this port.',
    )
  return problem(
    `no: ${sayType(type)}, ${status}`,
    'Another web server answers: give the path that Imgcast is mounted at, or have it sent on to Imgcast, .json too.',
  )
}

/** Whether the very picture that was asked for is one. */
export function diagnosePicture({ identity, proxy, reach }: Observations): Finding | undefined {
  if (identity?.base === undefined) return undefined
  if (identity.wanted === undefined) return diagnoseOther(identity, reach.url)
  const { status, headers, said, wanted } = identity
  const id = 'picture'
  const type = headers['content-type'] ?? 'no type'
  if (status >= 400) {
    const remedy = 'Look at the address: the gallery at the root of the server has right ones.'
    return { id, level: 'problem', detail: said ?? `status ${status}`, remedy }
  }
  if (boundaryOf(type) !== undefined) return { id, level: 'ok', detail: 'a stream' }
  if (type.startsWith('text/html')) {
    return { id, level: 'problem', detail: 'nothing came within 5 s', remedy: remedyFor('buffers', proxy) }
  }
  if (wanted === 'still') return { id, level: 'ok', detail: `a still, as its address says: ${type}` }
  return { id, level: 'problem', detail: `${type}, not a stream`, remedy: remedyFor('caches', proxy) }
}

/** What stands at an address that is not that of a picture; nothing where it is Imgcast's own. */
function diagnoseOther({ base, status, headers }: Identity, url: string): Finding | undefined {
  const type = headers['content-type'] ?? 'no type'
  const isPicture = type.startsWith('image/') || boundaryOf(type) !== undefined
  if (isPicture || new URL(url).pathname.replace(/\/$/, '') === base) return undefined
  return {
    id: 'picture',
    level: 'warning',
    detail: `none: ${sayType(type)}, ${status}`,
    remedy:
      'What was examined are pictures of the same server. Give the address of a picture, like /online/lobby.png, to have that looked at too.',
  }
}

function sayType(type: string): string {
  return type.startsWith('text/html') ? 'a web page' : type
}
