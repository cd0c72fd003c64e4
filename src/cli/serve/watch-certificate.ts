import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import type { Http2SecureServer } from 'node:http2'
import type { Logger } from 'pino'

/** The files of a certificate, as PEM. */
export interface CertificateFiles {
  tlsCert: string
  tlsKey: string
}

/** Milliseconds between two looks at the files. */
const INTERVAL = 1000

/** Reads a certificate and its key. @throws the error of the file system */
export function readCertificate({ tlsCert, tlsKey }: CertificateFiles): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(tlsCert), key: readFileSync(tlsKey) }
}

/**
 * Gives a server the new certificate when its files have changed, once for both. Open connections keep the old one.
 * Returns a function that ends the watch.
 * @param interval milliseconds between two looks at the files. @default 1000
 */
export function watchCertificate(
  server: Pick<Http2SecureServer, 'setSecureContext'>,
  files: CertificateFiles,
  log: Logger,
  interval = INTERVAL,
): () => void {
  const paths = [files.tlsCert, files.tlsKey]
  let loaded = readCertificate(files)
  const reload = () => {
    try {
      const found = readCertificate(files)
      // Both files have changed, and each of them is noticed.
      if (found.cert.equals(loaded.cert) && found.key.equals(loaded.key)) return
      server.setSecureContext(found)
      loaded = found
      log.info({ certificate: files.tlsCert }, 'loaded the new certificate')
    } catch (error) {
      // One file may be replaced before the other: the change of the second one is another attempt.
      const words = { certificate: files.tlsCert, error: (error as Error).message }
      log.warn(words, 'cannot load the new certificate, the old one stays')
    }
  }
  // Certbot replaces symbolic links, and Kubernetes the folder of the files: a poll sees all of them.
  for (const path of paths) watchFile(path, { interval, persistent: false }, reload)
  return () => {
    for (const path of paths) unwatchFile(path, reload)
  }
}
