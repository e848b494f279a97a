import { timestampMs } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import { Signal } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { LimitHit } from '../../../gen/es/gob/gatekeeper/v1/limits_pb.js';
import { clientAddressOf } from '../../auth/client-address.js';
import { requireCredential } from '../../auth/credential.js';
import type { GatewayContext } from '../../context.js';
import { clientGone } from '../http/client-gone.js';
import { definePlainRoute, type PlainRoute } from '../http/route.js';
import { sendJson } from '../http/send-json.js';

const KINDS: Readonly<Record<Signal, { readonly type: string; readonly path: string } | undefined>> = {
  [Signal.UNSPECIFIED]: undefined,
  [Signal.TRACES]: { type: 'TraceRateLimitEvent', path: '/v1/traces' },
  [Signal.METRICS]: { type: 'MetricRateLimitEvent', path: '/v1/metrics' },
  [Signal.LOGS]: { type: 'LogRateLimitEvent', path: '/v1/logs' },
};

const alert = z.object({
  ...{ tenant_id: z.string(), project_id: z.string() },
  agg_timestamp: z.string().meta({ format: 'date-time' }).describe('First refusal of the minute.'),
  alert_type: z.enum(['TraceRateLimitEvent', 'MetricRateLimitEvent', 'LogRateLimitEvent']),
  ...{ description: z.string(), reason: z.string() },
  count: z.string().describe('Refused requests.'),
});

/**
 * Refusals for the rate of ingest, of the projects that the credential may read. GitLab polls them with the token of its instance and
 * names no project.
 */
export function alertsRoute(context: GatewayContext): PlainRoute {
  const { rateLimits } = context;
  return definePlainRoute({
    method: 'GET',
    path: '/observability/v1/alerts',
    docs: {
      summary: 'Rate limits that were hit in the last 24 hours, by project, signal and minute; latest first',
      answer: z.array(alert),
    },
    handle: async (request, reply) => {
      const credential = requireCredential(request);
      const { hits } = await rateLimits.listLimitHits(
        { credential, clientAddress: clientAddressOf(request, context) },
        { signal: clientGone(reply) },
      );
      return sendJson(reply, hits.flatMap(toAlert));
    },
  });
}

function toAlert(hit: LimitHit): z.infer<typeof alert>[] {
  const kind = KINDS[hit.signal];
  if (!kind) return [];
  return [
    {
      tenant_id: String(hit.tenantId),
      project_id: String(hit.projectId),
      agg_timestamp: new Date(hit.firstAt ? timestampMs(hit.firstAt) : 0).toISOString(),
      alert_type: kind.type as z.infer<typeof alert>['alert_type'],
      description: `rate limit exceeded on path: ${kind.path} with method: POST`,
      reason: `value of ${hit.measured} goes over the limit set to ${hit.limit}`,
      count: String(hit.count),
    },
  ];
}
