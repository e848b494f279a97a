// Sends captured OTLP request bodies as they are and prints each acknowledgement as one line of JSON. Exit code 0 only if all
// were taken. README.md of test/clients has the options.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { type Pace, paced } from './paced.js';
import { type Acknowledgement, openGrpc, openHttp, type Signal, type Target } from './transports.js';

const SIGNALS: readonly string[] = ['traces', 'metrics', 'logs'];
const MAX_COUNT = 1_000_000;
const MAX_PER_SECOND = 10_000;
const MAX_CONCURRENCY = 100;

export interface Replay extends Target, Pace {
  readonly transport: 'grpc' | 'http';
  /** Sent in turn. */
  readonly bodies: readonly Buffer[];
}

/** Sends every turn's body and hands on each acknowledgement as it comes. */
export async function replay(
  order: Replay,
  onAcknowledgement: (turn: number, acknowledgement: Acknowledgement) => void,
): Promise<void> {
  const { transport, bodies } = order;
  const connection = transport === 'grpc' ? openGrpc(order) : openHttp(order);
  try {
    await paced(order, async (turn) => {
      onAcknowledgement(turn, await connection.send(bodies[turn % bodies.length] as Buffer));
    });
  } finally {
    connection.close();
  }
}

/** The order that a command line gives. Throws an Error whose message is for the user. */
export function orderOf(args: readonly string[]): Replay {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      signal: { type: 'string' },
      transport: { type: 'string', default: 'http' },
      encoding: { type: 'string' },
      'content-type': { type: 'string' },
      header: { type: 'string', multiple: true, default: [] },
      count: { type: 'string' },
      rate: { type: 'string', default: '10' },
      concurrency: { type: 'string', default: '1' },
    },
  });
  const { url, signal = '', transport } = values;
  if (!url || !URL.canParse(url)) throw new Error('--url must be http(s)://host:port');
  if (!SIGNALS.includes(signal)) throw new Error(`--signal must be one of ${SIGNALS.join(', ')}`);
  if (transport !== 'grpc' && transport !== 'http') throw new Error('--transport must be grpc or http');
  if (positionals.length === 0) throw new Error('name at least one file with the body of a request');
  return {
    url,
    signal: signal as Signal,
    transport,
    encoding: values.encoding,
    contentType: values['content-type'],
    headers: Object.fromEntries(values.header.map(headerOf)),
    count: bounded('--count', values.count ?? String(positionals.length), MAX_COUNT),
    perSecond: bounded('--rate', values.rate, MAX_PER_SECOND),
    concurrency: bounded('--concurrency', values.concurrency, MAX_CONCURRENCY),
    bodies: positionals.map(readCapture),
  };
}

/** The body that a file holds, without the compression that its name tells of. */
export function readCapture(file: string): Buffer {
  const bytes = readFileSync(file);
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

function bounded(name: string, text: string, max: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1 && number <= max) return number;
  throw new Error(`${name} is "${text}", expected a whole number from 1 to ${max}`);
}

function headerOf(text: string): readonly [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new Error(`--header is "${text}", expected name=value`);
  return [text.slice(0, at).toLowerCase(), text.slice(at + 1)];
}

async function main(): Promise<void> {
  await replay(orderOf(process.argv.slice(2)), (turn, { status, isTaken, answer, latencyMs }) => {
    if (!isTaken) process.exitCode = 1;
    console.log(
      JSON.stringify({ turn, status, latencyMs: Math.round(latencyMs), answer: answer.toString('base64') }),
    );
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  main().catch((error: Error) => {
    console.error(`replay: ${error.message}`);
    process.exitCode = 1;
  });
