import { expect, it } from 'vitest';
import { ExportLogsServiceRequest } from '../../../../../gen/otlp/opentelemetry/proto/collector/logs/v1/logs_service.js';
import { RandomLogs } from '../../../../../test/_util/random-logs.js';
import { describeTranscoder } from '../../../../../test/_util/transcoder-contract.js';
import { EXPORT_LOGS_SHAPE } from '../../reference/log-shapes.js';
import { transcodeLogs } from '../../reference/transcode-logs.js';
import { LogsTranscoder } from './transcode-logs.js';

describeTranscoder('logs', {
  make: (reference) => new LogsTranscoder(reference),
  reference: transcodeLogs,
  shape: EXPORT_LOGS_SHAPE,
  randomRequest: (random, nowUnixNano, faults) => new RandomLogs(random, nowUnixNano, faults).request(),
  encode: (items, resource) => {
    // When the dictionary starts anew, "warn" gets another number in it, and so must what is remembered of it.
    const logRecords = items.map(({ name, timeUnixNano }) => ({
      eventName: name,
      severityText: name.length % 2 === 0 ? name : 'warn',
      timeUnixNano,
    }));
    const request = { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] };
    return ExportLogsServiceRequest.encode(ExportLogsServiceRequest.fromPartial(request)).finish();
  },
});

it('refuses a request for a body that is no protobuf, also when another body replaces it', () => {
  const message = (tag: number, ...parts: Uint8Array[]) => {
    const content = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([tag, content.length]), content]);
  };
  // A list whose only member says that it is longer than the list.
  const cut = message(0x2a, message(0x2a, Buffer.from([0x0a, 9])));
  const whole = message(0x2a, message(0x0a, Buffer.from('text')));
  const bytes = message(0x0a, message(0x12, message(0x12, cut, whole)));
  const context = { tenantId: 1, projectId: 1n, nowUnixNano: 0n, limits: { retentionDays: 30 } };
  expect(() => new LogsTranscoder().transcode(bytes, context)).toThrow(
    /log_records\[0\]\.body\.array_value\.values\[0\].*its length is 9 bytes/,
  );
});
