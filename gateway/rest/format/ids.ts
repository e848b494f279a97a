const TRACE_ID_BYTES = 16;

/** 16 bytes as GitLab shows them: 8-4-4-4-12 lower-case hex digits. */
export function toTraceIdText(bytes: Uint8Array): string {
  const hex = toHexText(bytes);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** 8 bytes as 16 upper-case hex digits; no bytes, the parent of a root, as the empty text. */
export function toSpanIdText(bytes: Uint8Array): string {
  return toHexText(bytes).toUpperCase();
}

/** The reverse of `toTraceIdText`, of any case, dashes or none; undefined for anything else. */
export function parseTraceId(text: string): Uint8Array<ArrayBuffer> | undefined {
  const hex = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? text.replaceAll('-', '') : text;
  return parseHex(hex, TRACE_ID_BYTES);
}

/** Bytes as lower-case hex digits. */
export function toHexText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Hex digits of any case as so many bytes; undefined for anything else. */
export function parseHex(text: string, bytes: number): Uint8Array<ArrayBuffer> | undefined {
  const isHex = text.length === bytes * 2 && /^[0-9a-f]+$/i.test(text);
  return isHex ? Uint8Array.from(Buffer.from(text, 'hex')) : undefined;
}
