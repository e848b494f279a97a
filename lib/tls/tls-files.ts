import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { AppError, messageOf } from '../errors/app-error.js';

/** PEM files of one port and what they are used for. */
export interface TlsFiles {
  /** Certificate of the server; intermediate certificates may follow it. */
  readonly certFile: string;
  /** Its private key, without a passphrase. */
  readonly keyFile: string;
  /** Authorities for client certificates. Set: every client must present one that they vouch for. */
  readonly clientCaFile: string | undefined;
  readonly minVersion: SecureVersion;
  /** How often the files are looked at; 0 never. */
  readonly reloadIntervalMs: number;
  /** Start of the settings' environment names, for errors: `OTLP_GRPC_TLS`. */
  readonly setting: string;
}

/** What the files held at one moment. */
export interface TlsContents {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly clientCa: Buffer | undefined;
}

/** Reads all files of a port. Throws AppError `invalid_argument` that names the setting and the file. */
export async function readTlsFiles(files: TlsFiles): Promise<TlsContents> {
  const [cert, key, clientCa] = await Promise.all([
    readPem(`${files.setting}_CERT_FILE`, files.certFile),
    readPem(`${files.setting}_KEY_FILE`, files.keyFile),
    files.clientCaFile === undefined
      ? undefined
      : readPem(`${files.setting}_CLIENT_CA_FILE`, files.clientCaFile),
  ]);
  return { cert, key, clientCa };
}

async function readPem(setting: string, path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? messageOf(cause);
    throw new AppError('invalid_argument', `${setting}: ${path} cannot be read (${code}).`, { cause });
  }
}

/**
 * Options that a TLS server accepts without fail. Throws AppError `invalid_argument` with one line when the files do not fit
 * together: half of a rotation, for example.
 */
export function toContextOptions(files: TlsFiles, contents: TlsContents): SecureContextOptions {
  const certificate = parseCertificate(`${files.setting}_CERT_FILE`, files.certFile, contents.cert);
  const key = parseKey(`${files.setting}_KEY_FILE`, files.keyFile, contents.key);
  if (!certificate.checkPrivateKey(key)) {
    const pair = `the key in ${files.keyFile} does not belong to the certificate in ${files.certFile}`;
    throw new AppError('invalid_argument', `${files.setting}_KEY_FILE: ${pair}.`);
  }
  if (files.clientCaFile !== undefined && contents.clientCa !== undefined)
    requireBundle(`${files.setting}_CLIENT_CA_FILE`, files.clientCaFile, contents.clientCa);
  const { cert, clientCa } = contents;
  const { minVersion } = files;
  const options = { cert, key: contents.key, minVersion, ...(clientCa && { ca: clientCa }) };
  try {
    createSecureContext(options);
  } catch (cause) {
    throw new AppError('invalid_argument', `${files.setting}: TLS refuses the files (${messageOf(cause)}).`, {
      cause,
    });
  }
  return options;
}

function parseCertificate(setting: string, path: string, pem: Buffer): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new AppError('invalid_argument', `${setting}: ${path} holds no PEM certificate.`, { cause });
  }
}

function parseKey(setting: string, path: string, pem: Buffer): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    const remedy = 'Keys with a passphrase are not supported.';
    throw new AppError('invalid_argument', `${setting}: ${path} holds no PEM private key. ${remedy}`, {
      cause,
    });
  }
}

const CERTIFICATE_BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** OpenSSL skips what it cannot read in a bundle, which would lock clients out without a word. */
function requireBundle(setting: string, path: string, pem: Buffer): void {
  const blocks = pem.toString('latin1').match(CERTIFICATE_BLOCK) ?? [''];
  for (const block of blocks) parseCertificate(setting, path, Buffer.from(block));
}

/** When the server's certificate stops being valid. */
export function expiryOf(contents: TlsContents): Date {
  return new Date(new X509Certificate(contents.cert).validTo);
}
