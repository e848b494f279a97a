import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type GetLogContextRequest,
  type GetLogContextResponseSchema,
  LogContextScope,
} from '../../../gen/es/gob/query/v1/logs_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { Reading } from '../clickhouse/reading.js';
import type { LogRow } from '../sql/logs/log-columns.js';
import { logPageRows } from '../sql/logs/log-page.js';
import { type Range, storedRange } from '../time/time-range.js';
import { FINGERPRINT_BYTES, type Fingerprint, parseFingerprint } from './fingerprint.js';
import { type LogFilter, NO_LOG_FILTER } from './log-filter.js';
import { readLogPage } from './log-page.js';
import { toLogRecord } from './log-row.js';

const DEFAULT_RECORDS = 10;
const MAX_RECORDS = 500;

/** A record with the nearest ones on both sides; `not_found` when there is no such record. */
export async function readLogContext(
  reading: Reading,
  request: GetLogContextRequest,
): Promise<MessageInitShape<typeof GetLogContextResponseSchema>> {
  const around = readFingerprint(request.fingerprint);
  const range = storedRange(reading.nowMs, reading.reader.retentionDays);
  const row = await findRow(reading, around, range);
  const filter = neighboursOf(row, request.scope);
  const side = (isDescending: boolean, count = DEFAULT_RECORDS) => {
    const pageSize = Math.min(count, MAX_RECORDS);
    return readLogPage(reading, { range, filter, isDescending, pageSize, after: around });
  };
  const [before, after] = await Promise.all([side(true, request.before), side(false, request.after)]);
  return {
    before: before.map(toLogRecord).reverse(),
    log: toLogRecord(row),
    after: after.map(toLogRecord),
  };
}

async function findRow(reading: Reading, fingerprint: Fingerprint, stored: Range): Promise<LogRow> {
  const { unixNano } = fingerprint;
  const isStored = stored.startUnixNano <= unixNano && unixNano <= stored.endUnixNano;
  const [row] = isStored
    ? await reading.rows<LogRow>(
        logPageRows({
          range: { startUnixNano: unixNano, endUnixNano: unixNano },
          filter: { ...NO_LOG_FILTER, fingerprints: [fingerprint] },
          isDescending: true,
          limit: 1,
        }),
      )
    : [];
  if (row) return row;
  throw new AppError(
    'not_found',
    'There is no log record with this fingerprint in this project, or it is past its retention.',
  );
}

function neighboursOf(row: LogRow, scope: LogContextScope): LogFilter {
  switch (scope) {
    case LogContextScope.UNSPECIFIED:
    case LogContextScope.SERVICE:
      return { ...NO_LOG_FILTER, serviceNames: [row.service_name] };
    case LogContextScope.RESOURCE:
      return { ...NO_LOG_FILTER, serviceNames: [row.service_name], resourceHash: row.resource_hash };
    case LogContextScope.PROJECT:
      return NO_LOG_FILTER;
    default:
      throw new AppError('invalid_argument', `scope ${scope} is not known.`, { field: 'scope' });
  }
}

function readFingerprint(bytes: Uint8Array): Fingerprint {
  if (bytes.length === FINGERPRINT_BYTES) return parseFingerprint(bytes);
  throw new AppError(
    'invalid_argument',
    `fingerprint has ${bytes.length} bytes; it must have ${FINGERPRINT_BYTES}.`,
    { field: 'fingerprint' },
  );
}
