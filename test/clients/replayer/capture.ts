// Makes captures: takes OTLP over HTTP, acknowledges everything and writes each request's body, as it came, to
// DIRECTORY/<name>-<signal>[-<n>].<pb|json>[.gz]. Times are moved to a day long past, in place, so that a capture can be
// replayed on machines with any clock. Runs until it is stopped.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

const CAPTURED_AT_UNIX_NANO = BigInt(Date.UTC(2024, 0, 15, 12)) * 1_000_000n;
const NEAR_NANOS = 2n * 86_400n * 1_000_000_000n;
const TIME_BYTES = 8;

/** Every time in a request is a fixed64 or, in JSON, 19 digits: what is near now is one, and stays as long as it is. */
function withTimesMoved(body: Buffer, isJson: boolean): Buffer {
  const now = BigInt(Date.now()) * 1_000_000n;
  const isNear = (value: bigint) => value > now - NEAR_NANOS && value < now + NEAR_NANOS;
  const moved = (value: bigint) => value - now + CAPTURED_AT_UNIX_NANO;
  if (isJson)
    return Buffer.from(
      body
        .toString()
        .replaceAll(/\b\d{19}\b/g, (text) => (isNear(BigInt(text)) ? String(moved(BigInt(text))) : text)),
    );
  const copy = Buffer.from(body);
  for (let at = 0; at + TIME_BYTES <= copy.length; at++) {
    const value = copy.readBigUInt64LE(at);
    if (!isNear(value)) continue;
    copy.writeBigUInt64LE(moved(value), at);
    at += TIME_BYTES - 1;
  }
  return copy;
}

const [directory, name] = process.argv.slice(2);
if (!directory || !name) {
  console.error('capture: usage: tsx test/clients/replayer/capture.ts DIRECTORY NAME');
  process.exit(2);
}
mkdirSync(directory, { recursive: true });
const taken = new Map<string, number>();
const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const type = request.headers['content-type'] ?? '';
  const isJson = type.startsWith('application/json');
  const isGzip = request.headers['content-encoding'] === 'gzip';
  const wire = Buffer.concat(chunks);
  const body = withTimesMoved(isGzip ? gunzipSync(wire) : wire, isJson);
  const signal = (request.url ?? '').split('/').at(-1) ?? '';
  const turn = (taken.get(signal) ?? 0) + 1;
  taken.set(signal, turn);
  const file = `${name}-${signal}${turn > 1 ? `-${turn}` : ''}.${isJson ? 'json' : 'pb'}${isGzip ? '.gz' : ''}`;
  writeFileSync(join(directory, file), isGzip ? gzipSync(body, { level: 9 }) : body);
  response.setHeader('content-type', type);
  response.end(isJson ? '{}' : '');
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
});
