import type { handleUnaryCall } from '@grpc/grpc-js';
import type { TrustedProxies } from '../../../lib/auth/client-address.js';
import { toAppError } from '../../../lib/errors/connect.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Ingest } from '../ingest/ingest.js';
import { toPartialSuccess } from '../ingest/partial-success.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Arrival, TurnedAway } from '../ledger/turned-away.js';
import type { SignalDefinition } from '../signals/signal.js';
import { arrivedWith } from './arriving-export.js';
import type { RawMessage } from './raw-service.js';
import { type CallHead, senderOf } from './sender-of.js';
import { toServerError } from './to-server-error.js';

export interface ExportOptions {
  readonly ingest: Ingest;
  readonly ledger: Ledger;
  readonly turnedAway: TurnedAway;
  readonly logger: Logger;
  readonly trustedProxies: TrustedProxies | undefined;
}

/** `Export` of one signal's service. */
export function exportSignal(
  signal: SignalDefinition,
  options: ExportOptions,
): handleUnaryCall<RawMessage, Buffer> {
  return (call, answer) => {
    const { request: message, metadata } = call;
    receive(signal, { message, metadata, peer: call.getPeer() }, options).then(
      (response) => answer(null, response),
      (error) => answer(toServerError(toAppError(error))),
    );
  };
}

interface Call extends CallHead {
  readonly message: RawMessage;
}

async function receive(
  signal: SignalDefinition,
  { message, ...head }: Call,
  { ingest, ledger, turnedAway, logger, trustedProxies }: ExportOptions,
): Promise<Buffer> {
  const { bytes: wire } = message;
  const { lease, compression, startedMs, onAdmitted } = arrivedWith(head.metadata);
  const receivedMs = performance.now();
  const userAgent = head.metadata.get('user-agent')[0]?.toString();
  const arrival: Arrival = { signal: signal.name, bytes: wire.length, isEntered: false, userAgent };
  let outcome = 'ok';
  try {
    // Counted while it came, unless the library did not show it.
    lease.grow(Math.max(0, wire.length - lease.heldBytes));
    const question = { ...senderOf(head, trustedProxies), signal: signal.name, wireBytes: wire.length };
    const admitted = ingest.admit(question, arrival);
    // A sender with a lease is admitted at once, without a turn of the event loop.
    const admission = admitted instanceof Promise ? await admitted : admitted;
    lease.assign(admission.tenantId);
    onAdmitted();
    arrival.isEntered = true;
    const result = await ingest.exportInflated({
      signal,
      admission,
      encoding: 'protobuf',
      userAgent,
      wire,
      compression: message.isCompressed ? compression : 'identity',
      lease,
      receivedMs,
    });
    return Buffer.from(signal.encodeResponse(toPartialSuccess(result, signal)));
  } catch (thrown) {
    const error = toAppError(thrown);
    outcome = error.code;
    turnedAway.enter(arrival, error);
    if (error.code === 'internal') logger.error({ err: thrown }, 'export failed');
    throw error;
  } finally {
    lease.release();
    ledger.answered('grpc', outcome, startedMs);
  }
}
