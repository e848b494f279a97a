import { timestampMs } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import { Action } from '../../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type {
  GetStorageQuotaResponse,
  StorageEvent,
} from '../../../../gen/es/gob/tenantquota/v1/quota_pb.js';
import { authorizeProject } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { QUERY_BASES } from '../../bases.js';
import { int64 } from '../../format/schemas.js';
import { CostCollector } from '../../http/cost-collector.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { type RawParams, readParams } from '../../params/read-params.js';

const MS_PER_DAY = 86_400_000;

const query = z.object({
  limit: z
    .string()
    .regex(/^([1-9]\d?|100)$/, 'expected a number from 1 to 100')
    .transform(Number)
    .optional()
    .describe('Most events. Default: 20.'),
});

const event = z.object({
  at: z.string().meta({ format: 'date-time' }),
  kind: z
    .string()
    .describe(
      '`soft_reached` (80 % of the quota), `hard_reached`, `ok_again`, `ingest_stopped`, `ingest_resumed`, `day_dropped`.',
    ),
  detail: z.string(),
  day: z.string().optional().describe('The UTC day that was dropped.'),
  rows: int64.optional().describe('Dropped with the day, in all tables.'),
  bytes: int64.describe('Compressed: dropped with the day, else stored at that time.'),
});

const answer = z.object({
  limit_bytes: int64.describe('The quota of the tenant: compressed bytes, derived tables included.'),
  stored_bytes: int64.optional().describe('As last measured; absent while the replica that answers has not.'),
  stage: z.string().describe('`ok`, `soft` (from 80 % of the quota on) or `hard`.'),
  ingest_stop_reason: z.string().optional().describe('Present while nothing is accepted.'),
  accept_from: z.string().optional().describe('First UTC day that is accepted; earlier ones were dropped.'),
  events: z.array(event).describe('The latest first.'),
});

/** Next to the usage of storage, under every generation of paths. */
export const storageQuotaRoutes = (context: GatewayContext): readonly PlainRoute[] =>
  QUERY_BASES.map((base) =>
    definePlainRoute({
      method: 'GET',
      path: `${base.path}/analytics/storage/quota`,
      docs: {
        summary: "The tenant's storage quota: how much is used, and what followed from it",
        ...{ query, answer },
      },
      handle: async (request, reply) => {
        const { call } = await authorizeProject(context, { request, reply, action: Action.READ });
        const { limit = 0 } = readParams(query, request.query as RawParams);
        const watched = new CostCollector(reply).watch(call);
        return sendJson(reply, toJson(await context.usage.getStorageQuota({ limit }, watched)));
      },
    }),
  );

function toJson(quota: GetStorageQuotaResponse) {
  const { limitBytes, storedBytes, stage, ingestStopReason, acceptFromDay, events } = quota;
  return {
    limit_bytes: limitBytes,
    ...(storedBytes !== undefined && { stored_bytes: storedBytes }),
    stage,
    ...(ingestStopReason !== '' && { ingest_stop_reason: ingestStopReason }),
    ...(acceptFromDay > 0 && {
      accept_from: new Date(acceptFromDay * MS_PER_DAY).toISOString().slice(0, 10),
    }),
    events: events.map(toEventJson),
  };
}

function toEventJson({ at, kind, detail, day, rows, bytes }: StorageEvent) {
  return {
    at: new Date(at ? timestampMs(at) : 0).toISOString(),
    ...{ kind, detail },
    ...(day !== '' && { day, rows }),
    bytes,
  };
}
