// The load generator of the ingest bench, as a process of its own: sends prepared trace requests over gRPC as fast as they are
// acknowledged, or at a given rate, and reports what it saw over IPC.
import { randomFillSync } from 'node:crypto';
import { paced } from '../clients/replayer/paced.js';
import { openGrpc } from '../clients/replayer/transports.js';
import { tracesPayload } from './_payload.js';

export interface ReplayOrder {
  readonly url: string;
  readonly token: string;
  readonly spansPerRequest: number;
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
}

const TEMPLATES = 8;
const TRACE_ID_FIELD = Buffer.from([0x0a, 16]);

/** A request whose trace ids can be made new in place, so that no two requests are alike. */
class Template {
  readonly #bytes: Buffer;
  readonly #traceIds: number[] = [];

  constructor(spans: number) {
    this.#bytes = tracesPayload(spans, BigInt(Date.now()) * 1_000_000n);
    const spanIdAfter = Buffer.from([0x12, 8]);
    for (
      let at = this.#bytes.indexOf(TRACE_ID_FIELD);
      at >= 0;
      at = this.#bytes.indexOf(TRACE_ID_FIELD, at + 1)
    ) {
      if (this.#bytes.subarray(at + 18, at + 20).equals(spanIdAfter)) this.#traceIds.push(at + 2);
    }
    if (this.#traceIds.length !== spans)
      throw new Error(`found ${this.#traceIds.length} of ${spans} trace ids`);
  }

  next(): Buffer {
    const copy = Buffer.from(this.#bytes);
    for (const at of this.#traceIds) randomFillSync(copy, at, 16);
    return copy;
  }
}

async function replay(order: ReplayOrder): Promise<ReplayReport> {
  const { url, token, seconds, concurrency, rate } = order;
  const connection = openGrpc({ url, signal: 'traces', headers: { authorization: `Bearer ${token}` } });
  const templates = Array.from({ length: TEMPLATES }, () => new Template(order.spansPerRequest));
  const latenciesMs: number[] = [];
  let refused = 0;
  const took = await paced({ concurrency, perSecond: rate, seconds }, async (turn) => {
    const { isTaken, latencyMs } = await connection.send((templates[turn % TEMPLATES] as Template).next());
    if (isTaken) latenciesMs.push(latencyMs);
    else refused++;
  });
  connection.close();
  return {
    acknowledged: latenciesMs.length,
    refused,
    seconds: took,
    latenciesMs: latenciesMs.sort((a, b) => a - b),
  };
}

process.on('message', (order: ReplayOrder) => {
  replay(order).then((report) => process.send?.(report));
});
