import type { ServerHttp2Session } from 'node:http2';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';

/** What is needed of a call's HTTP/2 stream. */
export interface DataStream {
  on(event: 'data', listener: (piece: Buffer) => void): unknown;
  pause(): unknown;
  resume(): unknown;
}

/**
 * Bytes that a known sender may have under way before it hears from us. With HTTP/2's own 64 KiB one export of 512 spans
 * waits for three round trips, and an exporter at 50 ms distance gets no more than 1 MiB/s through its connection. Who is
 * unknown keeps the small window: what is in it is in nobody's budget.
 */
const WINDOW_BYTES = 4 * 2 ** 20;
const widened = new WeakSet<object>();

/** The library has no option for it. Done once per connection. */
export function widenWindow(session: object | undefined): void {
  if (!session || widened.has(session)) return;
  widened.add(session);
  const { settings, setLocalWindowSize, destroyed } = session as Partial<ServerHttp2Session>;
  if (destroyed) return;
  settings?.call(session, { initialWindowSize: WINDOW_BYTES });
  setLocalWindowSize?.call(session, WINDOW_BYTES);
}

export function sessionOf(call: ServerInterceptingCallInterface): object | undefined {
  const session = Reflect.get(streamOf(call) ?? {}, 'session');
  return isObject(session) ? session : undefined;
}

export function streamOf(call: ServerInterceptingCallInterface): DataStream | undefined {
  const stream = privateField(call, 'stream');
  return isObject(stream) ? (stream as DataStream) : undefined;
}

/** The encoding that the call names for its messages. */
export function encodingOf(call: ServerInterceptingCallInterface): string {
  const encoding = privateField(call, 'incomingEncoding');
  return typeof encoding === 'string' ? encoding : 'identity';
}

/**
 * The library then passes messages on as they came. By itself it inflates all of them at once, whatever becomes of that, for
 * anybody.
 */
export function keepCompressed(call: ServerInterceptingCallInterface): void {
  Reflect.set(call, 'incomingEncoding', 'identity');
}

/** Not part of the library's interface; tests of the wire prove that it is as expected. */
function privateField(call: ServerInterceptingCallInterface, name: string): unknown {
  return Reflect.get(call, name);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
