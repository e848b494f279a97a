// The load generator of the ingest bench, as a process of its own: sends prepared requests over gRPC as fast as they are
// acknowledged, or at a given rate, and reports what it saw over IPC. It writes gRPC's frames on Node's HTTP/2 client, because
// it shares the processors with what it measures and the library's client takes three times as much of them.
import { randomBytes } from 'node:crypto';
import { type ClientHttp2Session, connect } from 'node:http2';
import { paced } from '../clients/replayer/paced.js';
import { BENCHED_SIGNALS, type BenchSignal, type PreparedRequest, UNIQUE_BYTES } from './_requests.js';

export interface ReplayOrder {
  readonly url: string;
  readonly token: string;
  readonly signal: BenchSignal;
  readonly itemsPerRequest: number;
  readonly seconds: number;
  /** Requests under way at once. */
  readonly concurrency: number;
  /** Requests per second; undefined sends the next as soon as one is acknowledged. */
  readonly rate?: number;
}

export interface ReplayReport {
  readonly acknowledged: number;
  readonly refused: number;
  readonly seconds: number;
  /** Milliseconds from sending to acknowledgement, ascending. */
  readonly latenciesMs: number[];
  /** Processor time of this process. */
  readonly cpuSeconds: number;
}

const TEMPLATES = 8;
const CONNECTIONS = 4;
/** Far above a request: the generator is to wait for acknowledgements, not for windows. */
const WINDOW_BYTES = 8 * 2 ** 20;
const FRAME_HEAD_BYTES = 5;

/** A gRPC message that is made new in place, so that no two requests are alike. */
class Template {
  readonly #frame: Buffer;
  readonly #offsets: readonly number[];
  #turn = 0;

  constructor({ bytes, offsets }: PreparedRequest) {
    const head = Buffer.alloc(FRAME_HEAD_BYTES);
    head.writeUInt32BE(bytes.length, 1);
    this.#frame = Buffer.concat([head, bytes]);
    this.#offsets = offsets.map((offset) => offset + FRAME_HEAD_BYTES);
  }

  next(): Buffer {
    const copy = Buffer.from(this.#frame);
    const random = randomBytes(UNIQUE_BYTES).readUIntLE(0, UNIQUE_BYTES);
    this.#turn++;
    for (const [index, at] of this.#offsets.entries())
      copy.writeUIntLE((random + this.#turn * 65_536 + index) % 2 ** 48, at, UNIQUE_BYTES);
    return copy;
  }
}

function openSession(url: string): ClientHttp2Session {
  const session = connect(url, { settings: { initialWindowSize: WINDOW_BYTES } });
  session.on('error', () => undefined);
  return session;
}

interface Request {
  readonly path: string;
  readonly token: string;
  readonly frame: Buffer;
}

/** Whether the request was acknowledged. */
function send(session: ClientHttp2Session, { path, token, frame }: Request): Promise<boolean> {
  return new Promise((resolve) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      authorization: `Bearer ${token}`,
    });
    let status: unknown;
    const note = (headers: Record<string, unknown>) => {
      status = headers['grpc-status'] ?? status;
    };
    stream.on('response', note).on('trailers', note);
    stream.on('error', () => undefined).on('close', () => resolve(status === '0'));
    stream.resume();
    stream.end(frame);
  });
}

async function replay(order: ReplayOrder): Promise<ReplayReport> {
  const sessions = Array.from({ length: CONNECTIONS }, () => openSession(order.url));
  const { grpcPath, prepare } = BENCHED_SIGNALS[order.signal];
  const templates = Array.from({ length: TEMPLATES }, () => new Template(prepare(order.itemsPerRequest)));
  const latenciesMs: number[] = [];
  let refused = 0;
  const { concurrency, rate, seconds: bound } = order;
  const seconds = await paced({ concurrency, perSecond: rate, seconds: bound }, async (turn) => {
    const session = sessions[turn % CONNECTIONS] as ClientHttp2Session;
    const frame = (templates[turn % TEMPLATES] as Template).next();
    const sentMs = performance.now();
    if (await send(session, { path: grpcPath, token: order.token, frame }))
      latenciesMs.push(performance.now() - sentMs);
    else refused++;
  });
  for (const session of sessions) session.close();
  const { user, system } = process.cpuUsage();
  return {
    acknowledged: latenciesMs.length,
    refused,
    seconds,
    latenciesMs: latenciesMs.sort((a, b) => a - b),
    cpuSeconds: (user + system) / 1e6,
  };
}

process.on('message', (order: ReplayOrder) => {
  replay(order).then((report) => process.send?.(report));
});
