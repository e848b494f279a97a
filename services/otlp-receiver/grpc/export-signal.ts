import type { handleUnaryCall, Metadata } from '@grpc/grpc-js';
import { presentedToken } from '../../../lib/auth/presented-token.js';
import { toAppError } from '../../../lib/errors/connect.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Ingest } from '../ingest/ingest.js';
import { toPartialSuccess } from '../ingest/partial-success.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Arrival, TurnedAway } from '../ledger/turned-away.js';
import type { SignalDefinition } from '../signals/signal.js';
import { clientCertificateIn } from './connection-facts.js';
import { toServerError } from './to-server-error.js';

export interface ExportOptions {
  readonly ingest: Ingest;
  readonly ledger: Ledger;
  readonly turnedAway: TurnedAway;
  readonly logger: Logger;
}

/** `Export` of one signal's service. The transport has undone compression already, so the wire size is not known here. */
export function exportSignal(
  signal: SignalDefinition,
  options: ExportOptions,
): handleUnaryCall<Buffer, Buffer> {
  return (call, answer) => {
    const { request: body, metadata } = call;
    receive(signal, { body, metadata, clientAddress: hostOf(call.getPeer()) }, options).then(
      (response) => answer(null, response),
      (error) => answer(toServerError(toAppError(error))),
    );
  };
}

interface Call {
  readonly body: Buffer;
  readonly metadata: Metadata;
  readonly clientAddress: string;
}

/** Without the port: `10.0.0.1:443` or `[::1]:443`. The library says `unknown` of a connection that is gone. */
function hostOf(peer: string): string {
  const end = peer.lastIndexOf(':');
  const host = end < 0 ? peer : peer.slice(0, end);
  return host.startsWith('[') ? host.slice(1, -1) : host;
}

async function receive(
  signal: SignalDefinition,
  { body, metadata, clientAddress }: Call,
  { ingest, ledger, turnedAway, logger }: ExportOptions,
): Promise<Buffer> {
  const startedMs = performance.now();
  const lease = ingest.lease();
  const userAgent = metadata.get('user-agent')[0]?.toString();
  const arrival: Arrival = { signal: signal.name, bytes: body.length, isEntered: false, userAgent };
  let outcome = 'ok';
  try {
    lease.grow(body.length);
    const question = {
      token: presentedToken((name) => metadata.get(name)[0]?.toString()),
      clientCertificate: clientCertificateIn(metadata),
      pathTenantId: 0,
      pathProjectId: 0n,
      signal: signal.name,
      wireBytes: body.length,
      clientAddress,
    };
    const admitted = ingest.admit(question, arrival);
    // A sender with a lease is admitted at once, without a turn of the event loop.
    const admission = admitted instanceof Promise ? await admitted : admitted;
    lease.assign(admission.tenantId);
    arrival.isEntered = true;
    const result = await ingest.export({
      signal,
      admission,
      encoding: 'protobuf',
      userAgent,
      body,
      lease,
      receivedMs: startedMs,
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
