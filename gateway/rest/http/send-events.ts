import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { toProblem } from '../../../lib/errors/problem.js';
import { type Json, stringifyJson } from '../format/json.js';

/** Browsers connect again this long after a stream has ended. */
const RECONNECT_MS = 2_000;

/** A client that takes nothing for so long is cut off: something is always sent within a sixth of it. */
const STALL_MS = 60_000;

/** One server-sent event. JSON has no line breaks, which would end a line of data. */
export function eventText(name: string, data: Json): string {
  return `event: ${name}\ndata: ${stringifyJson(data)}\n\n`;
}

/** What keeps a silent connection open; clients ignore it. */
export const HEARTBEAT = ': alive\n\n';

/**
 * Sends events until they end, read no faster than the client takes them. The first is awaited, so that what is refused is
 * an error like any other; a failure after it is the last event, `error`, with the problem as its data.
 */
export async function sendEvents(
  reply: FastifyReply,
  events: AsyncIterable<string>,
  { stallMs = STALL_MS }: { readonly stallMs?: number } = {},
): Promise<FastifyReply> {
  const iterator = events[Symbol.asyncIterator]();
  const first = await iterator.next();
  const text = textOf(first, iterator, reply.request.id);
  reply.raw.setTimeout(stallMs, () => reply.raw.destroy());
  return reply
    .type('text/event-stream; charset=utf-8')
    .header('x-accel-buffering', 'no')
    .send(Readable.from(text, { objectMode: false, highWaterMark: 16 * 1024 }));
}

async function* textOf(
  first: IteratorResult<string>,
  iterator: AsyncIterator<string>,
  requestId: string,
): AsyncGenerator<string, void> {
  try {
    yield `retry: ${RECONNECT_MS}\n\n`;
    for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
  } catch (thrown) {
    const problem = toProblem(thrown, requestId);
    if (problem.code !== 'cancelled') yield eventText('error', { ...problem });
  } finally {
    await iterator.return?.();
  }
}
