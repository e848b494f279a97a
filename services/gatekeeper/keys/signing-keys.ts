import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type CryptoKey, importPKCS8 } from 'jose';
import { AppError } from '../../../lib/errors/app-error.js';
import type { SigningKey } from '../../../lib/rpc/assertion.js';

export interface SigningKeys {
  readonly current: SigningKey;
  /** Public keys for verifiers. */
  readonly jwksJson: string;
}

/** The key in the file, or a new one that lives as long as this process. */
export async function loadSigningKeys(file: string | undefined): Promise<SigningKeys> {
  const key = file === undefined ? generateKeyPairSync('ed25519').privateKey : await readKey(file);
  const publicJwk = createPublicKey(key).export({ format: 'jwk' });
  const keyId = createHash('sha256').update(String(publicJwk.x)).digest('base64url').slice(0, 16);
  const privateKey: CryptoKey = await importPKCS8(
    key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'EdDSA',
  );
  const jwksJson = JSON.stringify({ keys: [{ ...publicJwk, kid: keyId, alg: 'EdDSA', use: 'sig' }] });
  return { current: { keyId, privateKey }, jwksJson };
}

async function readKey(file: string): Promise<KeyObject> {
  try {
    const key = createPrivateKey(await readFile(file));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch (cause) {
    throw new AppError(
      'invalid_argument',
      `GATEKEEPER_SIGNING_KEY_FILE: ${file} is not a readable private key in PEM.`,
      { cause },
    );
  }
  throw new AppError('invalid_argument', `GATEKEEPER_SIGNING_KEY_FILE: ${file} is not an Ed25519 key.`);
}
