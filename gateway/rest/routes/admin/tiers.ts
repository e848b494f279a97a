import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { authorizeAdmin } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { definePlainRoute, type PlainRoute, pathParam } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { parseInput } from '../../params/read-params.js';
import { fromMessage, limitsInForce, limitsInput, limitsSet, toMessage } from './limits.js';
import { dryRunQuery, queryOf } from './params.js';
import { preconditionsOf, setETag } from './preconditions.js';
import { changes, TIER_NAMES, tierOf, toChangesJson } from './tenant-json.js';

const PATH = '/v3/admin/tiers/:tier';
const tierName = z.object({ tier: z.enum(TIER_NAMES) });
const body = z.strictObject({ limits: limitsInput.describe('What is absent takes the built-in default.') });
const tierAnswer = z.object({ limits: limitsInForce, overrides: limitsSet });

const tierIn = (request: FastifyRequest) =>
  tierOf(parseInput(tierName, { tier: pathParam(request, 'tier') }).tier);

export function getTierRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'GET',
    path: PATH,
    docs: { summary: "A tier's limits", answer: tierAnswer },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const tier = tierIn(request);
      const { limits, overrides, version } = await context.admin.getTier({ tier }, call);
      setETag(reply, version);
      return sendJson(reply, { limits: fromMessage(limits), overrides: fromMessage(overrides) });
    },
  });
}

export function putTierRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'PUT',
    path: PATH,
    docs: {
      summary: 'Replaces what a tier sets over the built-in defaults; holds for all its tenants at once',
      ...{ query: dryRunQuery, body, answer: z.object({ changes }) },
    },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const tier = tierIn(request);
      const { dry_run: dryRun } = queryOf(dryRunQuery, request);
      const limits = toMessage(parseInput(body, request.body).limits);
      const { expectedVersion } = preconditionsOf(request);
      const result = await context.admin.putTier({ tier, limits, dryRun, expectedVersion }, call);
      setETag(reply, result.version);
      return sendJson(reply, { changes: toChangesJson(result.changes) });
    },
  });
}
