import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { z } from 'zod';

const tokens = z.object({ access: z.string(), refresh: z.string().optional() });
export type SessionTokens = z.infer<typeof tokens>;

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts the tokens of sessions, so that who reads the store cannot use them. AES-256-GCM, bound to the session. */
export class SealedTokens {
  readonly #key: Buffer;

  /** `secret` is shared by all replicas; another one ends all sessions. */
  constructor(secret: string) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'gob gatekeeper session tokens', 32));
  }

  seal(sessionKey: string, value: SessionTokens): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(sessionKey));
    const text = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()]);
    return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64');
  }

  /** Undefined for what was sealed with another key, for another session, or not at all. */
  open(sessionKey: string, sealed: string): SessionTokens | undefined {
    const bytes = Buffer.from(sealed, 'base64');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, IV_BYTES))
        .setAAD(Buffer.from(sessionKey))
        .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      return tokens.parse(JSON.parse(text.toString('utf8')));
    } catch {
      return undefined;
    }
  }
}
