import type { ServerHttp2Session } from 'node:http2';
import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';
import { rememberedPerConnection } from '../admission/peer-certificate.js';

/** Metadata in which the interceptor hands the verified certificate to the methods; what a client sends under it is dropped. */
const CLIENT_CERTIFICATE_KEY = 'gob-verified-client-certificate-bin';

export function clientCertificateIn(metadata: Metadata): Uint8Array | undefined {
  const [der] = metadata.get(CLIENT_CERTIFICATE_KEY);
  return typeof der === 'string' ? undefined : der;
}

const ACCEPTED_ENCODINGS = 'identity,deflate,gzip';

/**
 * What the methods need of a call's connection and the framework does not pass on: the client's certificate, and a sentence
 * for message encodings that are not spoken.
 */
export const connectionFacts: ServerInterceptor = (_method, call) =>
  new ServerInterceptingCall(call, {
    start: (next) => {
      widenWindow(sessionOf(call));
      const encoding = privateField(call, 'incomingEncoding');
      if (typeof encoding === 'string' && !ACCEPTED_ENCODINGS.split(',').includes(encoding))
        return call.sendStatus(unsupportedEncoding(encoding));
      next({
        onReceiveMetadata: (metadata, pass) => {
          metadata.remove(CLIENT_CERTIFICATE_KEY);
          const der = clientCertificateOf(call);
          if (der) metadata.set(CLIENT_CERTIFICATE_KEY, der);
          pass(metadata);
        },
      });
    },
  });

function unsupportedEncoding(encoding: string) {
  const metadata = new Metadata();
  metadata.set('grpc-accept-encoding', ACCEPTED_ENCODINGS);
  const details = `grpc-encoding must be gzip, deflate or identity, got "${encoding.slice(0, 100)}".`;
  return { code: status.UNIMPLEMENTED, details, metadata };
}

/** The library parses the certificate anew at each question, which costs more than a small export. */
function clientCertificateOf(call: ServerInterceptingCallInterface): Buffer | undefined {
  const read = () => call.getAuthContext().sslPeerCertificate?.raw;
  const session = sessionOf(call);
  return session ? rememberedPerConnection(session, read) : read();
}

/**
 * Bytes that a client may have under way before it hears from us. With HTTP/2's own 64 KiB one export of 512 spans waits for
 * three round trips, and an exporter at 50 ms distance gets no more than 1 MiB/s through its connection.
 */
const WINDOW_BYTES = 4 * 2 ** 20;
const widened = new WeakSet<object>();

/** The library has no option for it. Done with the first call of a connection, so that first one has the small window. */
function widenWindow(session: object | undefined): void {
  if (!session || widened.has(session)) return;
  widened.add(session);
  const { settings, setLocalWindowSize, destroyed } = session as Partial<ServerHttp2Session>;
  if (destroyed) return;
  settings?.call(session, { initialWindowSize: WINDOW_BYTES });
  setLocalWindowSize?.call(session, WINDOW_BYTES);
}

function sessionOf(call: ServerInterceptingCallInterface): object | undefined {
  const stream = privateField(call, 'stream');
  const session = isObject(stream) ? Reflect.get(stream, 'session') : undefined;
  return isObject(session) ? session : undefined;
}

/** Not part of the library's interface: without it the answers are plainer or slower, never wrong. */
function privateField(call: ServerInterceptingCallInterface, name: string): unknown {
  return Reflect.get(call, name);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
