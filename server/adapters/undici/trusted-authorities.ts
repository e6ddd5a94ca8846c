import { readFileSync } from 'node:fs';
import tls from 'node:tls';

/**
 * The certificate authorities to trust: those of the runtime (with `NODE_EXTRA_CA_CERTS`) and those of a file; `null`
 * without a file, which leaves the choice to the runtime. Throws a sentence for a file that can't be used.
 */
export function trustedAuthorities(file: string | null): readonly string[] | null {
  if (file === null) return null;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(`The file of certificate authorities ${file} can't be read (${code}).`, { cause: error });
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Error(`${file} has no certificate in PEM form ("-----BEGIN CERTIFICATE-----").`);
  }
  return [...runtimeAuthorities(), text];
}

/** Node 20, on which some editors run, tells its own list only. */
function runtimeAuthorities(): readonly string[] {
  const read = tls.getCACertificates as typeof tls.getCACertificates | undefined;
  return read ? read('default') : tls.rootCertificates;
}
