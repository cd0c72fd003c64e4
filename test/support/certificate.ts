import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Makes a certificate for 127.0.0.1 that no authority has signed, and its key. */
export function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'imgcast-'))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const curve = ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']
  const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1']
  const files = ['-out', cert, '-keyout', key]
  execFileSync('openssl', ['req', '-x509', '-newkey', ...curve, '-nodes', '-days', '2', ...name, ...files], {
    stdio: 'ignore',
  })
  const pems = { cert: readFileSync(cert), key: readFileSync(key) }
  rmSync(folder, { recursive: true })
  return pems
}
