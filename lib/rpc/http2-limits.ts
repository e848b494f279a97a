import { constants, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';

export interface Http2Limits {
  /** Silence after which a connection without running requests is closed. */
  readonly silenceMs: number;
  /** Longest time from the first byte of a request to its last. */
  readonly requestTimeoutMs: number;
}

/**
 * Sent to clients in SETTINGS. Without a value Node lets one connection open four thousand million streams at once; clients
 * keep what is above the limit back until a stream ends.
 */
export const HTTP2_SETTINGS = { maxConcurrentStreams: 256, maxHeaderListSize: 64 * 2 ** 10 } as const;

/**
 * What Node watches over for HTTP/1.1 but not for HTTP/2: connections that fall silent (also in the middle of the preface)
 * and requests that never end. A request that has arrived may take as long as its handler likes.
 */
export function limitHttp2(server: Http2Server, { silenceMs, requestTimeoutMs }: Http2Limits): void {
  server.on('session', (session) => closeWhenSilent(session, silenceMs));
  server.on('stream', (stream) => cutWhenUnfinished(stream, requestTimeoutMs));
}

function closeWhenSilent(session: ServerHttp2Session, silenceMs: number): void {
  let running = 0;
  session.on('stream', (stream) => {
    running += 1;
    stream.once('close', () => {
      running -= 1;
    });
  });
  // It fires once and is armed again only by traffic or by hand.
  const onSilence = () => {
    if (running > 0) session.setTimeout(silenceMs);
    else session.destroy();
  };
  session.setTimeout(silenceMs, onSilence);
}

function cutWhenUnfinished(stream: ServerHttp2Stream, requestTimeoutMs: number): void {
  if (stream.endAfterHeaders) return;
  const timer = setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), requestTimeoutMs);
  const stop = () => clearTimeout(timer);
  stream.once('end', stop).once('close', stop);
}
