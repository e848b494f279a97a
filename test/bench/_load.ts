import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mesh } from '../_util/mesh.js';
import type { ReplayOrder, ReplayReport } from './_replayer.js';
import { BENCHED_SIGNALS, type BenchSignal } from './_requests.js';

export type LoadOrder = Omit<ReplayOrder, 'url' | 'token'>;

/** Runs the load generator as a process of its own. */
export async function replay(mesh: Mesh, order: LoadOrder): Promise<ReplayReport> {
  const child = fork(new URL('./_replayer.js', import.meta.url));
  child.send({ ...order, url: mesh.otlpGrpcUrl, token: mesh.ingestToken });
  const [report] = (await once(child, 'message')) as [ReplayReport];
  child.kill();
  return report;
}

export interface FloodReport {
  readonly requestsPerSecond: number;
  readonly slowestMs: number;
}

/**
 * One request again and again with h2load, which takes a tenth of a Node client's processor time. The receiver must not look for
 * duplicates then. Undefined when h2load (Debian's nghttp2-client) is not installed.
 */
export async function flood(
  mesh: Mesh,
  order: { readonly signal: BenchSignal; readonly itemsPerRequest: number; readonly seconds: number },
): Promise<FloodReport | undefined> {
  const { grpcPath, prepare } = BENCHED_SIGNALS[order.signal];
  const { bytes } = prepare(order.itemsPerRequest);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  const directory = mkdtempSync(join(tmpdir(), 'gob-bench-'));
  const body = join(directory, 'body');
  writeFileSync(body, Buffer.concat([head, bytes]));
  const headers = [
    'content-type: application/grpc',
    'te: trailers',
    `authorization: Bearer ${mesh.ingestToken}`,
  ];
  const output = await outputOf('h2load', [
    ...['-c', '8', '-m', '64', '-D', `${order.seconds}`, '-d', body],
    ...headers.flatMap((header) => ['-H', header]),
    `${mesh.otlpGrpcUrl}${grpcPath}`,
  ]);
  rmSync(directory, { recursive: true });
  if (output === undefined) return undefined;
  const slowest = /time for request: +\S+ +([\d.]+)(us|ms|s)/.exec(output);
  const unit = { us: 0.001, ms: 1, s: 1000 }[slowest?.[2] ?? ''] ?? Number.NaN;
  return {
    requestsPerSecond: Number(/([\d.]+) req\/s/.exec(output)?.[1]),
    slowestMs: Number(slowest?.[1]) * unit,
  };
}

async function outputOf(command: string, args: readonly string[]): Promise<string | undefined> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const isMissing = await Promise.race([
    once(child, 'close').then(() => false),
    once(child, 'error').then(() => true),
  ]);
  return isMissing ? undefined : output;
}
