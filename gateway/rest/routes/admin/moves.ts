import { timestampDate } from '@bufbuild/protobuf/wkt';
import { z } from 'zod';
import { type Move, MoveStep } from '../../../../gen/es/gob/tenantquota/v1/moves_pb.js';
import { AppError } from '../../../../lib/errors/app-error.js';
import { authorizeAdmin } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { definePlainRoute, type PlainRoute } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { parseInput } from '../../params/read-params.js';
import { dryRunQuery, queryOf, tenantIdOf } from './params.js';
import { storedTables, toTablesJson } from './tenant-json.js';

const PATH = '/v3/admin/tenants/:tenant_id/move';
const STEPS = [
  ...['copying', 'routing', 'finishing', 'attaching', 'switched', 'cleaning', 'done'],
  ...['aborting', 'returning', 'aborted'],
] as const;

const body = z.strictObject({ to: z.string().min(1).max(64).describe('Name of the cell.') });
const move = z.object({
  ...{ tenant_id: z.int(), from: z.string(), to: z.string(), step: z.enum(STEPS) },
  status: z.enum(['moving', 'done', 'aborted']),
  rows_total: z.int().describe('Rows in the old cell when it began.'),
  rows_copied: z.int(),
  last_error: z.string().optional().describe('Why the last attempt at the step failed; it is tried again.'),
  ...{ actor: z.string(), started_at: z.string(), step_at: z.string() },
});
const answer = z.object({ move });
const planned = z.object({ move, tables: storedTables.describe('With dry_run, what there is to copy.') });

/** Begins a move, or answers the one that runs. */
export function moveTenantRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'POST',
    path: PATH,
    docs: {
      summary: 'Moves a tenant to another cell, while it is written to and read',
      ...{ query: dryRunQuery, body, answer: planned },
    },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const tenantId = tenantIdOf(request);
      const { dry_run: dryRun } = queryOf(dryRunQuery, request);
      const { to: toCell } = parseInput(body, request.body ?? {});
      const begun = await context.moves.moveTenant({ tenantId, toCell, dryRun }, call);
      return sendJson(reply, { move: toJson(begun.move), tables: toTablesJson(begun.tables) });
    },
  });
}

/** The tenant's last move. */
export function getMoveRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'GET',
    path: PATH,
    docs: { summary: 'How far the last move of a tenant is', answer },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const tenantId = tenantIdOf(request);
      return sendJson(reply, { move: toJson((await context.moves.getMove({ tenantId }, call)).move) });
    },
  });
}

/** Takes a move back. */
export function abortMoveRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'DELETE',
    path: PATH,
    docs: { summary: 'Takes a move back, as long as queries still read the old cell', answer },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const tenantId = tenantIdOf(request);
      return sendJson(reply, { move: toJson((await context.moves.abortMove({ tenantId }, call)).move) });
    },
  });
}

function toJson(message: Move | undefined) {
  if (!message?.startedAt || !message.stepAt) throw new AppError('internal', 'Internal error.');
  const { tenantId, fromCell, toCell, rowsTotal, rowsCopied, lastError, actor } = message;
  const step = MoveStep[message.step]?.toLowerCase() ?? 'unspecified';
  return {
    ...{ tenant_id: tenantId, from: fromCell, to: toCell, step },
    status: step === 'done' || step === 'aborted' ? step : 'moving',
    ...{ rows_total: Number(rowsTotal), rows_copied: Number(rowsCopied) },
    ...(lastError && { last_error: lastError }),
    actor,
    started_at: timestampDate(message.startedAt).toISOString(),
    step_at: timestampDate(message.stepAt).toISOString(),
  };
}
