import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Makes a certificate that no authority has signed, in files that `remove` deletes. */
export function createCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'imgcast-bench-'))
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  const curve = [
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-subj',
    '/CN=localhost',
  ]
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...curve, '-out', cert, '-keyout', key], {
    stdio: 'ignore',
  })
  return { cert, key, remove: () => rmSync(folder, { recursive: true }) }
}
