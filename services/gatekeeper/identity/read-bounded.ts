/** Much more than any answer has: a page of a hundred projects some 100 KiB, keys less. */
const MAX_BODY_BYTES = 2 ** 20;

/** The body as text; undefined when it is larger than any answer that is worth reading. */
export async function readBounded(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
