import { isUtf8 } from 'node:buffer';

/**
 * Stands for text that is not valid Unicode. A lone surrogate, so no valid text is equal to it. Readers put it in place of
 * bad bytes; validation then refuses the item that holds it.
 */
export const INVALID_TEXT = '\ud800';

const INVALID_UTF8 = Uint8Array.of(0xff);
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Text of UTF-8 bytes, kept exactly (a byte order mark too), or INVALID_TEXT. */
export function decodeText(bytes: Uint8Array): string {
  if (!isUtf8(bytes)) return INVALID_TEXT;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** UTF-8 of a text; text with a lone surrogate becomes bytes that no reader takes for UTF-8. */
export function encodeText(text: string): Uint8Array<ArrayBuffer> {
  return LONE_SURROGATE.test(text) ? INVALID_UTF8 : new Uint8Array(Buffer.from(text, 'utf8'));
}
