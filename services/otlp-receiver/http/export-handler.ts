import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { clientAddress, type TrustedProxies } from '../../../lib/auth/client-address.js';
import { cloudConnectorHeaders } from '../../../lib/auth/cloud-connector-headers.js';
import { presentedToken } from '../../../lib/auth/presented-token.js';
import type { AppError } from '../../../lib/errors/app-error.js';
import { toAppError } from '../../../lib/errors/connect.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { AdmissionQuestion } from '../admission/admission.js';
import { peerCertificateOf } from '../admission/peer-certificate.js';
import type { Ingest } from '../ingest/ingest.js';
import { toPartialSuccess } from '../ingest/partial-success.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Arrival, TurnedAway } from '../ledger/turned-away.js';
import type { ByteLease } from '../pipeline/byte-budget.js';
import { Invitation } from './invitation.js';
import { acceptsGzip, encodingOf, requireCompression, requireEncoding } from './negotiation.js';
import {
  type AnyRequest,
  BODY_TIMEOUT_MS,
  bodyTooLarge,
  declaredLength,
  discardBody,
  readBody,
} from './read-body.js';
import { errorAnswer, type ResponseForm, type Success, send, successAnswer } from './respond.js';
import { matchExport } from './routes.js';

export interface ExportHandlerOptions {
  readonly ingest: Ingest;
  readonly ledger: Ledger;
  readonly turnedAway: TurnedAway;
  readonly logger: Logger;
  readonly trustedProxies: TrustedProxies | undefined;
  /** Once true, answers end their connection: it would stay open, idle, for the server's whole grace period. */
  readonly isClosing: () => boolean;
}

/** Answers one HTTP request, whatever happens. Never rejects. */
export async function handleExport(
  request: AnyRequest,
  response: ServerResponse | Http2ServerResponse,
  { ingest, ledger, turnedAway, logger, trustedProxies, isClosing }: ExportHandlerOptions,
): Promise<void> {
  const startedMs = performance.now();
  const invitation = new Invitation(request, response);
  const endsConnection = () => request.httpVersionMajor === 1 && (isClosing() || invitation.isPending);
  const form = { ...formOf(request), endsConnection };
  const lease = ingest.lease();
  const arrival = arrivalOf(request, ingest.maxRequestBytes);
  let outcome = 'ok';
  try {
    const success = await receive(request, { ingest, lease, invitation, arrival, trustedProxies });
    send(response, successAnswer(success, form.encoding), form);
  } catch (thrown) {
    const error = toAppError(thrown);
    outcome = error.code;
    turnedAway.enter({ ...arrival, bytes: Math.max(arrival.bytes, lease.heldBytes) }, error);
    if (error.code === 'internal') logger.error({ err: thrown }, 'export failed');
    trySend(response, error, form);
  } finally {
    lease.release();
    discardBody(request);
    ledger.answered('http', outcome, startedMs);
  }
}

interface Receiving extends Pick<ExportHandlerOptions, 'ingest' | 'trustedProxies'> {
  readonly lease: ByteLease;
  readonly invitation: Invitation;
  readonly arrival: Arrival;
}

/** Until the body is here its declared size stands for it, as far as it could be taken: anybody may declare anything. */
function arrivalOf(request: AnyRequest, maxBytes: number): Arrival {
  const bytes = Math.min(declaredLength(request) ?? 0, maxBytes);
  return { bytes, isEntered: false, userAgent: request.headers['user-agent'] };
}

/** Cheap refusals first: nothing is read before the head is in order, nothing inflated before the sender is admitted. */
async function receive(request: AnyRequest, receiving: Receiving): Promise<Success> {
  const { ingest, lease, invitation, arrival, trustedProxies } = receiving;
  const { signal, ...named } = matchExport(request.method, request.url);
  arrival.signal = signal.name;
  const encoding = requireEncoding(request.headers['content-type']);
  const compression = requireCompression(request.headers['content-encoding']);
  const declared = declaredLength(request);
  const ask = (wireBytes: number) =>
    ingest.admit({ ...named, ...senderOf(request, trustedProxies), signal: signal.name, wireBytes }, arrival);
  if (declared !== undefined && declared > ingest.maxRequestBytes) {
    await identify(ask);
    throw bodyTooLarge(ingest.maxRequestBytes, declared);
  }
  const early = declared === undefined ? undefined : await ask(declared);
  if (early) lease.assign(early.tenantId);
  invitation.send();
  const wire = await readBody(request, {
    maxBytes: ingest.maxRequestBytes,
    lease,
    identify: async () => lease.assign((await ask(0)).tenantId),
    timeoutMs: BODY_TIMEOUT_MS,
  }).catch(async (error) => {
    if (!early) await identify(ask);
    throw error;
  });
  const receivedMs = performance.now();
  const admission = early ?? (await ask(wire.length));
  lease.assign(admission.tenantId);
  arrival.isEntered = true;
  const sender = { signal, admission, encoding, userAgent: arrival.userAgent };
  const result = await ingest.exportInflated({ ...sender, wire, compression, lease, receivedMs });
  return { signal, partial: toPartialSuccess(result, signal) };
}

/** Who sends what is refused anyway: so that they find it among their refusals. */
async function identify(ask: (wireBytes: number) => unknown): Promise<void> {
  try {
    await ask(0);
  } catch {
    // Then it belongs to nobody.
  }
}

type Sender = Pick<AdmissionQuestion, 'cloudConnector' | 'token' | 'clientCertificate' | 'clientAddress'>;

function senderOf(request: AnyRequest, trustedProxies: TrustedProxies | undefined): Sender {
  const header = (name: string) => {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const { socket } = request;
  return {
    token: presentedToken(header),
    cloudConnector: cloudConnectorHeaders(request.url ?? '', header),
    clientCertificate: peerCertificateOf(socket),
    clientAddress: clientAddress(
      { peer: socket.remoteAddress, forwardedFor: header('x-forwarded-for') },
      trustedProxies,
    ),
  };
}

function formOf(request: AnyRequest): Omit<ResponseForm, 'endsConnection'> {
  const acceptEncoding = request.headers['accept-encoding'];
  return {
    encoding: encodingOf(request.headers['content-type']) ?? 'json',
    gzip: acceptsGzip(Array.isArray(acceptEncoding) ? acceptEncoding.join(',') : acceptEncoding),
  };
}

/** A client that has gone away cannot be answered, which is no fault. */
function trySend(response: ServerResponse | Http2ServerResponse, error: AppError, form: ResponseForm): void {
  if (error.code === 'cancelled') return;
  try {
    send(response, errorAnswer(error, form.encoding), form);
  } catch {
    response.destroy();
  }
}
