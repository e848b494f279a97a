import { ExportLogsServiceRequest } from '../../../../gen/otlp/opentelemetry/proto/collector/logs/v1/logs_service.js';
import { DayBlocks } from '../../native/day-blocks.js';
import { acceptWindow, dayOf } from '../accept-window.js';
import { LOGS_TABLE, logColumns } from '../log-columns.js';
import { RepeatedBytes, sharedBytes } from '../request-limits.js';
import type { Transcode } from '../transcode.js';
import { checkLog } from './check-log.js';
import { decodeExactly } from './exact-reader.js';
import { logRow } from './log-row.js';
import { EXPORT_LOGS_SHAPE } from './log-shapes.js';
import { below } from './rejection.js';
import { Tally } from './tally.js';
import { walkEnvelopes } from './walk-envelopes.js';

/** The obvious way from bytes to rows: decode everything, check and append record by record. */
export const transcodeLogs: Transcode = (bytes, context) => {
  const { sightings } = context;
  const window = acceptWindow(context.nowUnixNano, context.limits.retentionDays);
  const rows = new DayBlocks(LOGS_TABLE, logColumns);
  const tally = new Tally();
  const repeated = new RepeatedBytes(bytes.length);
  const request = decodeExactly(ExportLogsServiceRequest, EXPORT_LOGS_SHAPE, bytes);
  const resources = request.resourceLogs.map(({ scopeLogs, ...rest }) => ({ ...rest, scopes: scopeLogs }));
  walkEnvelopes(resources, {
    tally,
    sightings,
    resourcesField: 'resource_logs',
    scopesField: 'scope_logs',
    countItems: ({ logRecords }) => logRecords.length,
    addItems({ logRecords }, { path, shared, accept }) {
      let rowBytes: number | undefined;
      for (const [index, record] of logRecords.entries()) {
        const rejection = below(`${path}.log_records[${index}]`, checkLog(record, window));
        if (rejection) {
          tally.reject(rejection, 1);
          continue;
        }
        rowBytes ??= sharedBytes(shared.ResourceAttrs, shared.ScopeAttrs);
        repeated.add(rowBytes);
        const row = logRow(record, shared, context);
        const day = dayOf(row.Timestamp);
        rows.append(row, day);
        sightings?.attributes(day, 'attr', row.Attrs, 1);
        accept(day);
      }
    },
  });
  return tally.result(rows.finish());
};
