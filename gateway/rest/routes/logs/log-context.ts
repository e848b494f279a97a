import { z } from 'zod';
import { LogContextScope } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { parseHex } from '../../format/ids.js';
import { LOG_EXAMPLE, logItem, toLogItem } from '../../format/log-item.js';
import { defineQueryRoute } from '../../http/route.js';
import { FINGERPRINT_BYTES } from '../../params/log-filter.js';

const SCOPES = {
  service: LogContextScope.SERVICE,
  resource: LogContextScope.RESOURCE,
  project: LogContextScope.PROJECT,
} as const;

const count = z
  .string()
  .regex(/^\d{1,9}$/, 'expected a number from 0 on')
  .optional();

const query = z.object({
  before: count.describe('Records before it. Default 10; more than 500 is cut to 500.'),
  after: count.describe('Records after it. Default 10; more than 500 is cut to 500.'),
  scope: z
    .enum(['service', 'resource', 'project'], 'expected one of service, resource, project')
    .default('service')
    .describe(
      'Which records surround it: of the same service, of the very same resource (pod, process), or all.',
    ),
});

const answer = z.object({
  before: z.array(logItem).describe('Oldest first; fewer than asked for when there are no more.'),
  log: logItem,
  after: z.array(logItem).describe('Oldest first; fewer than asked for when there are no more up to now.'),
});

export const logContextRoute = defineQueryRoute({
  suffix: '/logs/:fingerprint/context',
  documentedSuffix: '/logs/{fingerprint}/context',
  summary: 'One log record with those before and after it, all in order of time',
  query,
  answer,
  example: {
    path: { fingerprint: LOG_EXAMPLE.fingerprint },
    query: { before: '5', after: '5', scope: 'resource' },
    answer: { before: [], log: LOG_EXAMPLE, after: [] },
  },
  prepare: ({ params, path }) => {
    const request = {
      fingerprint: requireFingerprint(path.fingerprint ?? ''),
      ...(params.before !== undefined && { before: Number(params.before) }),
      ...(params.after !== undefined && { after: Number(params.after) }),
      scope: SCOPES[params.scope],
    };
    return async (_query, { call }, { logs }): Promise<z.infer<typeof answer>> => {
      const { before, log, after } = await logs.getLogContext(request, call);
      if (!log) throw new AppError('internal', 'Internal error.');
      return { before: before.map(toLogItem), log: toLogItem(log), after: after.map(toLogItem) };
    };
  },
});

function requireFingerprint(text: string): Uint8Array<ArrayBuffer> {
  const fingerprint = parseHex(text, FINGERPRINT_BYTES);
  if (fingerprint) return fingerprint;
  throw new AppError('invalid_argument', 'fingerprint must be 32 hex digits, as log records have it.', {
    field: 'fingerprint',
  });
}
