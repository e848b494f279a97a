import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';
import type { Compression } from '../http/negotiation.js';
import type { SignalDefinition } from '../signals/signal.js';
import { SIGNALS } from '../signals/signals.js';
import { ArrivingExport } from './arriving-export.js';
import { encodingOf, keepCompressed, sessionOf, streamOf, widenWindow } from './call-stream.js';
import { noteClientCertificate } from './client-certificate.js';
import type { ExportOptions } from './export-signal.js';

type Call = ServerInterceptingCallInterface;

const EXPORT_ENCODINGS: Readonly<Record<string, Compression>> = {
  gzip: 'gzip',
  deflate: 'deflate',
  identity: 'identity',
};
/** Health and reflection answer anybody, so nobody gets anything inflated there, and little read. */
const PLAIN_ONLY: Readonly<Record<string, Compression>> = { identity: 'identity' };
const MAX_QUESTION_BYTES = 16 * 2 ** 10;

const SIGNAL_BY_PATH = new Map<string, SignalDefinition>(
  Object.values(SIGNALS).map((signal) => [`/${signal.grpcService}/Export`, signal]),
);

/**
 * Stands before every method: bounds what a call may make the process hold while it arrives, and adds what the methods
 * need of the connection and the framework does not pass on.
 */
export function guardCalls(options: ExportOptions): ServerInterceptor {
  return (method, call) => {
    const signal = SIGNAL_BY_PATH.get(method.path);
    return new ServerInterceptingCall(call, {
      start: (next) => {
        const accepted = signal ? EXPORT_ENCODINGS : PLAIN_ONLY;
        const compression = accepted[encodingOf(call)];
        if (!compression)
          return call.sendStatus(unsupportedEncoding(encodingOf(call), Object.keys(accepted)));
        if (!signal) return next(guardQuestion(call));
        keepCompressed(call);
        next(guardExport(call, { ...options, signal, compression }));
      },
    });
  };
}

function guardExport(
  call: Call,
  options: ExportOptions & { readonly signal: SignalDefinition; readonly compression: Compression },
) {
  const onAdmitted = () => widenWindow(sessionOf(call));
  const arriving = new ArrivingExport({ ...options, call, stream: streamOf(call), onAdmitted });
  return {
    onReceiveMetadata: (metadata: Metadata, pass: (metadata: Metadata) => void) => {
      noteClientCertificate(metadata, call);
      arriving.begin(metadata);
      pass(metadata);
    },
    onReceiveMessage: (message: unknown, pass: (message: unknown) => void) => {
      if (arriving.complete()) pass(message);
    },
    onCancel: () => arriving.cancel(),
  };
}

function guardQuestion(call: Call) {
  let bytes = 0;
  streamOf(call)?.on('data', (piece) => {
    bytes += piece.length;
    if (bytes > MAX_QUESTION_BYTES) call.sendStatus(questionTooLarge());
  });
  return {
    onReceiveMessage: (message: unknown, pass: (message: unknown) => void) => {
      bytes = 0;
      pass(message);
    },
  };
}

function questionTooLarge() {
  const details = `Messages of this method have at most ${MAX_QUESTION_BYTES} bytes.`;
  return { code: status.RESOURCE_EXHAUSTED, details, metadata: new Metadata() };
}

function unsupportedEncoding(encoding: string, accepted: readonly string[]) {
  const metadata = new Metadata();
  metadata.set('grpc-accept-encoding', accepted.join(','));
  const expected = accepted.join(', ').replace(/, (?=\w+$)/, ' or ');
  const details = `grpc-encoding must be ${expected}, got "${encoding.slice(0, 100)}".`;
  return { code: status.UNIMPLEMENTED, details, metadata };
}
