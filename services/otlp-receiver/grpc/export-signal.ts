import type { CallContext } from 'nice-grpc';
import { presentedToken } from '../../../lib/auth/presented-token.js';
import { toAppError } from '../../../lib/errors/connect.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import type { Ingest } from '../ingest/ingest.js';
import { toPartialSuccess } from '../ingest/partial-success.js';
import type { Ledger } from '../ledger/ledger.js';
import type { SignalDefinition } from '../signals/signal.js';
import { clientCertificateIn } from './connection-facts.js';
import { toServerError } from './to-server-error.js';

export interface ExportOptions {
  readonly ingest: Ingest;
  readonly ledger: Ledger;
  readonly logger: Logger;
}

/** `Export` of one signal's service. The transport has undone compression already, so the wire size is not known here. */
export function exportSignal(signal: SignalDefinition, { ingest, ledger, logger }: ExportOptions) {
  return async (body: Uint8Array, context: CallContext): Promise<Uint8Array> => {
    const startedMs = performance.now();
    const lease = ingest.lease();
    const userAgent = context.metadata.get('user-agent')?.toString();
    let outcome = 'ok';
    try {
      lease.grow(body.length);
      const answer = ingest.admit(
        {
          token: presentedToken((name) => context.metadata.get(name)?.toString()),
          clientCertificate: clientCertificateIn(context.metadata),
          pathTenantId: 0,
          pathProjectId: 0n,
          signal: signal.name,
          wireBytes: body.length,
          clientAddress: hostOf(context.peer),
        },
        userAgent,
      );
      // A sender with a lease is admitted at once, without a turn of the event loop.
      const admission = answer instanceof Promise ? await answer : answer;
      lease.assign(admission.tenantId);
      const result = await ingest.export({
        signal,
        admission,
        encoding: 'protobuf',
        userAgent,
        body,
        lease,
        receivedMs: startedMs,
      });
      return signal.encodeResponse(toPartialSuccess(result, signal));
    } catch (thrown) {
      const error = toAppError(thrown);
      outcome = error.code;
      if (error.code === 'internal') logger.error({ err: thrown }, 'export failed');
      throw toServerError(error, context);
    } finally {
      lease.release();
      ledger.answered('grpc', outcome, startedMs);
    }
  };
}

/** Without the port: `10.0.0.1:443` or `[::1]:443`. */
function hostOf(peer: string): string {
  return peer.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}
