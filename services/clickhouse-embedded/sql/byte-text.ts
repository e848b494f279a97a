/**
 * Statements are scanned as byte text: one character per byte of UTF-8. So offsets found in a statement are offsets in
 * the request body, where binary INSERT data may follow.
 */
export function toByteText(sql: string): string {
  return Buffer.from(sql, 'utf8').toString('latin1');
}

export function bytesToText(bytes: Buffer): string {
  return bytes.toString('latin1');
}

/** The statement as the engine gets it. */
export function decodeSql(byteText: string): string {
  return Buffer.from(byteText, 'latin1').toString('utf8');
}
