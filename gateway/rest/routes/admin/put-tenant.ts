import { z } from 'zod';
import { AppError } from '../../../../lib/errors/app-error.js';
import { authorizeAdmin } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { parseInput } from '../../params/read-params.js';
import { limitsInput, toMessage } from './limits.js';
import { dryRunQuery, queryOf, tenantIdOf } from './params.js';
import { preconditionsOf, setETag } from './preconditions.js';
import { changes, TIER_NAMES, tenantAnswer, tierOf, toChangesJson, toTenantJson } from './tenant-json.js';

const body = z.strictObject({
  path: z.string().default('').describe('Needed for a new tenant; otherwise absent keeps it.'),
  tier: z.enum(TIER_NAMES).optional().describe('Absent keeps it, or means free for a new tenant.'),
  limits: limitsInput.default({}).describe('All own limits: what is absent or null is inherited.'),
  projects: z
    .array(
      z.strictObject({ id: z.int().min(1), path: z.string().min(1), enabled: z.boolean().default(true) }),
    )
    .optional()
    .describe('All projects: one that is left out is switched off. Absent keeps them.'),
});
const answer = z.object({ tenant: tenantAnswer, changes, created: z.boolean() });

export function putTenantRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'PUT',
    path: '/v3/admin/tenants/:tenant_id',
    docs: {
      summary: 'Creates a tenant or replaces its settings; If-Match and If-None-Match: * are honoured',
      ...{ query: dryRunQuery, body, answer },
    },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const tenantId = tenantIdOf(request);
      const { dry_run: dryRun } = queryOf(dryRunQuery, request);
      const settings = toRequest(parseInput(body, request.body ?? {}));
      const change = { tenantId, dryRun, ...settings, ...preconditionsOf(request) };
      const result = await context.admin.putTenant(change, call);
      if (!result.entry) throw new AppError('internal', 'Internal error.');
      if (!dryRun) setETag(reply, result.entry.tenant?.version);
      reply.code(result.created && !dryRun ? 201 : 200);
      const { created } = result;
      return sendJson(reply, {
        tenant: toTenantJson(result.entry),
        changes: toChangesJson(result.changes),
        created,
      });
    },
  });
}

function toRequest({ path, tier, limits, projects }: z.output<typeof body>) {
  return {
    ...{ path, tier: tierOf(tier), limits: toMessage(limits) },
    ...(projects && {
      projects: { projects: projects.map((project) => ({ ...project, id: BigInt(project.id) })) },
    }),
  };
}
