// The load generator of the ingest bench, as a process of its own: sends prepared trace requests over gRPC as fast as they are
// acknowledged, or at a given rate, and reports what it saw over IPC.
import { randomFillSync } from 'node:crypto';
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
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

const METHOD = '/opentelemetry.proto.collector.trace.v1.TraceService/Export';
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
  const client = new Client(new URL(order.url).host, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('authorization', `Bearer ${order.token}`);
  const templates = Array.from({ length: TEMPLATES }, () => new Template(order.spansPerRequest));
  const latenciesMs: number[] = [];
  let refused = 0;
  let sent = 0;
  const send = (body: Buffer) =>
    new Promise<void>((resolve) => {
      const startMs = performance.now();
      const done = (error: ServiceError | null) => {
        if (error) refused++;
        else latenciesMs.push(performance.now() - startMs);
        resolve();
      };
      const same = (bytes: Buffer) => bytes;
      client.makeUnaryRequest(METHOD, same, same, body, metadata, { deadline: Date.now() + 30_000 }, done);
    });
  const startMs = performance.now();
  const endMs = startMs + order.seconds * 1000;
  const lane = async () => {
    while (performance.now() < endMs) {
      const turn = sent++;
      if (order.rate) await until(startMs + (turn * 1000) / order.rate);
      await send((templates[turn % TEMPLATES] as Template).next());
    }
  };
  await Promise.all(Array.from({ length: order.concurrency }, lane));
  client.close();
  const seconds = (performance.now() - startMs) / 1000;
  return {
    acknowledged: latenciesMs.length,
    refused,
    seconds,
    latenciesMs: latenciesMs.sort((a, b) => a - b),
  };
}

function until(timeMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, timeMs - performance.now())));
}

process.on('message', (order: ReplayOrder) => {
  replay(order).then((report) => process.send?.(report));
});
