import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TailLogsResponseSchema } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { toConnectError } from '../../../../lib/errors/connect.js';
import { toLogRecord } from '../log-row.js';
import type { TailSeat } from './tail-hub.js';
import type { TailBatch } from './tail-viewer.js';

type TailEvent = MessageInitShape<typeof TailLogsResponseSchema>;

/** Longest silence. Proxies cut connections that say nothing for a minute, some for less. */
const HEARTBEAT_MS = 10_000;

export interface TailStreamOptions {
  readonly seat: TailSeat;
  /** How long the stream lasts. */
  readonly leaseMs: number;
  /** Ends when the caller goes away. */
  readonly signal: AbortSignal;
}

/** The events of one stream. It ends when the caller goes away, or with a token when its time is over. */
export async function* tailStream({
  seat,
  leaseMs,
  signal,
}: TailStreamOptions): AsyncGenerator<TailEvent, void> {
  const endsAtMs = performance.now() + leaseMs;
  const { viewer } = seat;
  try {
    await readyOrGone({ seat, leaseMs, signal });
    if (!viewer.failure) yield { event: { case: 'started', value: { resumed: seat.isResumed } } };
    while (!signal.aborted) {
      if (viewer.failure) throw viewer.failure;
      const batch = viewer.take();
      if (batch) yield* toEvents(batch);
      const restMs = endsAtMs - performance.now();
      if (restMs <= 0) {
        yield { event: { case: 'leaseEnded', value: { resumeToken: seat.park() } } };
        return;
      }
      if (batch) continue;
      const hasNews = await viewer.wait(Math.min(restMs, HEARTBEAT_MS), signal);
      if (!hasNews && !signal.aborted && restMs > HEARTBEAT_MS)
        yield { event: { case: 'heartbeat', value: {} } };
    }
  } catch (thrown) {
    // What a generator throws passes by the server's own error mapping.
    throw toConnectError(thrown);
  } finally {
    seat.leave();
  }
}

async function readyOrGone({ seat: { feed, viewer }, leaseMs, signal }: TailStreamOptions): Promise<void> {
  const isReady = new AbortController();
  await Promise.race([feed.ready, viewer.wait(leaseMs, AbortSignal.any([signal, isReady.signal]))]);
  isReady.abort();
}

function toEvents({ rows, dropped }: TailBatch): TailEvent[] {
  return [
    ...(dropped > 0 ? [{ event: { case: 'dropped', value: { count: BigInt(dropped) } } } as const] : []),
    ...(rows.length > 0
      ? [{ event: { case: 'records', value: { logs: rows.map(toLogRecord) } } } as const]
      : []),
  ];
}
