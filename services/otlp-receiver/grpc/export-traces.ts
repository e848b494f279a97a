import type { CallContext } from 'nice-grpc';
import { ExportTraceServiceResponse } from '../../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { toAppError } from '../../../lib/errors/connect.js';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { presentedToken } from '../admission/presented-credential.js';
import type { Ingest } from '../ingest/ingest.js';
import { toTraceResponse } from '../ingest/partial-success.js';
import type { Ledger } from '../ledger/ledger.js';
import { toServerError } from './to-server-error.js';

export interface ExportTracesOptions {
  readonly ingest: Ingest;
  readonly ledger: Ledger;
  readonly logger: Logger;
}

/** `TraceService/Export`. The transport has undone compression already, so the wire size is not known here. */
export function exportTraces({ ingest, ledger, logger }: ExportTracesOptions) {
  return async (body: Uint8Array, context: CallContext): Promise<Uint8Array> => {
    const startedMs = performance.now();
    const lease = ingest.lease();
    let outcome = 'ok';
    try {
      lease.grow(body.length);
      const admission = await ingest.admit({
        token: presentedToken((name) => context.metadata.get(name)?.toString()),
        pathTenantId: 0,
        pathProjectId: 0n,
        signal: 'traces',
        wireBytes: body.length,
      });
      lease.assign(admission.tenantId);
      const result = await ingest.export({
        admission,
        encoding: 'protobuf',
        userAgent: context.metadata.get('user-agent')?.toString(),
        body,
        lease,
        receivedMs: startedMs,
      });
      return ExportTraceServiceResponse.encode(toTraceResponse(result)).finish();
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
