/**
 * What tells a record from every other of its project. The time is part of it, so that a record is found by its fingerprint
 * alone, and so that the order of fingerprints is the order of time.
 */
export interface Fingerprint {
  readonly unixNano: bigint;
  /** 64 bits over what the sender said besides the time (`CONTENT` in `sql/logs/log-columns.ts`). */
  readonly content: bigint;
}

export const FINGERPRINT_BYTES = 16;

export function toFingerprintBytes({ unixNano, content }: Fingerprint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(FINGERPRINT_BYTES);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, unixNano);
  view.setBigUint64(8, content);
  return bytes;
}

/** `bytes` has 16 bytes. */
export function parseFingerprint(bytes: Uint8Array): Fingerprint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { unixNano: view.getBigUint64(0), content: view.getBigUint64(8) };
}
