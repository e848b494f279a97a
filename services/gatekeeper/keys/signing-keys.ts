import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type CryptoKey, importPKCS8 } from 'jose';
import { watchFile } from '../../../lib/config/watch-file.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Closable } from '../../../lib/lifecycle/lifecycle.js';
import type { SigningKey } from '../../../lib/rpc/assertion.js';
import type { Logger } from '../../../lib/telemetry/logger.js';

export interface SigningKeys {
  readonly current: SigningKey;
  /** Public keys for verifiers. */
  readonly jwksJson: string;
  /** Made of the current key, so that replicas that share it share this; proves leases. */
  readonly sealSecret: Uint8Array;
}

/** Keys that follow their file. */
export interface OpenSigningKeys extends SigningKeys, Closable {}

const PEM_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]+?-----END [A-Z ]*PRIVATE KEY-----/g;

/**
 * The keys in the file: the first signs, all of them verify, so that a new one can be made known before it signs. Without a file
 * one that lives as long as this process.
 */
export async function loadSigningKeys(file: string | undefined): Promise<SigningKeys> {
  const keys = file === undefined ? [generateKeyPairSync('ed25519').privateKey] : await readKeys(file);
  const [signing] = keys;
  if (!signing) throw badFile(file, 'holds no private key in PEM');
  const jwks = keys.map(toJwk);
  const privateKey: CryptoKey = await importPKCS8(
    signing.export({ type: 'pkcs8', format: 'pem' }).toString(),
    'EdDSA',
  );
  const seed = signing.export({ type: 'pkcs8', format: 'der' });
  return {
    current: { keyId: jwks[0]?.kid ?? '', privateKey },
    jwksJson: JSON.stringify({ keys: jwks }),
    sealSecret: Buffer.from(hkdfSync('sha256', seed, '', 'gob gatekeeper lease seals', 32)),
  };
}

/** As `loadSigningKeys`, and again whenever the file changes; a file that is bad then changes nothing. */
export async function openSigningKeys(file: string | undefined, logger: Logger): Promise<OpenSigningKeys> {
  let keys = await loadSigningKeys(file);
  const watcher =
    file === undefined
      ? undefined
      : await watchFile(file, async () => {
          try {
            keys = await loadSigningKeys(file);
            logger.info({ keyId: keys.current.keyId }, 'signing keys: read again');
          } catch (error) {
            logger.error({ err: error }, 'signing keys: the file is bad, the keys before stay in force');
          }
        });
  return {
    get current() {
      return keys.current;
    },
    get jwksJson() {
      return keys.jwksJson;
    },
    get sealSecret() {
      return keys.sealSecret;
    },
    close: () => watcher?.close(),
  };
}

function toJwk(key: KeyObject) {
  const publicJwk = createPublicKey(key).export({ format: 'jwk' });
  const kid = createHash('sha256').update(String(publicJwk.x)).digest('base64url').slice(0, 16);
  return { ...publicJwk, kid, alg: 'EdDSA', use: 'sig' };
}

async function readKeys(file: string): Promise<KeyObject[]> {
  const text = await readFile(file, 'utf8').catch((cause) => {
    throw badFile(file, 'cannot be read', cause);
  });
  const keys = (text.match(PEM_KEY) ?? []).map((pem) => readKey(file, pem));
  if (keys.some(({ asymmetricKeyType }) => asymmetricKeyType !== 'ed25519'))
    throw badFile(file, 'holds a key that is not an Ed25519 key');
  return keys;
}

function readKey(file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw badFile(file, 'holds a private key that cannot be read', cause);
  }
}

function badFile(file: string | undefined, what: string, cause?: unknown): AppError {
  return new AppError('invalid_argument', `GATEKEEPER_SIGNING_KEY_FILE: ${file} ${what}.`, { cause });
}
