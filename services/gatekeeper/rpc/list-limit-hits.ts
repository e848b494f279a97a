import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import { Signal } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import type { RateLimitService } from '../../../gen/es/gob/gatekeeper/v1/limits_pb.js';
import { readableProjects } from '../access/access.js';
import { type GatekeeperContext, identify } from '../context.js';
import type { LimitHit } from '../rate-limit/limit-hits.js';

const SIGNALS = { traces: Signal.TRACES, metrics: Signal.METRICS, logs: Signal.LOGS } as const;

export function listLimitHits(
  context: GatekeeperContext,
): ServiceImpl<typeof RateLimitService>['listLimitHits'] {
  return async ({ credential, since, clientAddress }) => {
    const { directory, limitHits } = context;
    const identity = await identify(context, credential);
    context.addresses.note(identity, clientAddress);
    const projects = await readableProjects(directory, identity);
    const readable = new Set(projects.map(({ id }) => String(id)));
    const tenants = new Set(
      [...readable].flatMap((projectId) => directory.findProject(BigInt(projectId))?.tenant.id ?? []),
    );
    const lists = await Promise.all([...tenants].map((tenantId) => limitHits.list(tenantId)));
    const sinceMs = since ? timestampMs(since) : 0;
    const hits = lists
      .flat()
      .filter((hit) => readable.has(hit.projectId) && hit.lastMs >= sinceMs)
      .sort((a, b) => b.lastMs - a.lastMs);
    return { hits: hits.map(toProto) };
  };
}

function toProto({
  tenantId,
  projectId,
  signal,
  firstMs,
  lastMs,
  count,
  limit,
  measured,
  message,
}: LimitHit) {
  return {
    tenantId,
    projectId: BigInt(projectId),
    signal: SIGNALS[signal],
    firstAt: timestampFromMs(firstMs),
    lastAt: timestampFromMs(lastMs),
    count: BigInt(count),
    limit,
    measured,
    message,
  };
}
