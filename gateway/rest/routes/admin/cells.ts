import { z } from 'zod';
import { authorizeAdmin } from '../../../auth/authorize-admin.js';
import type { GatewayContext } from '../../../context.js';
import { definePlainRoute, type PlainRoute, pathParam } from '../../http/route.js';
import { sendJson } from '../../http/send-json.js';
import { parseInput } from '../../params/read-params.js';
import { dryRunQuery, queryOf } from './params.js';

const cell = z.object({
  name: z.string(),
  database: z.string(),
  service: z.string().describe('ClickHouse service that holds the database.'),
  tenants: z.int(),
  dedicated_to: z.int().optional().describe('The only tenant that may be placed here.'),
});
const body = z.strictObject({
  dedicated_to: z.int().min(1).max(4_294_967_295).optional(),
  service: z
    .string()
    .min(1)
    .max(40)
    .optional()
    .describe('One of the ClickHouse services that the mesh is configured with. Default: `default`.'),
});

interface CellMessage {
  readonly name: string;
  readonly database: string;
  readonly service: string;
  readonly tenants: number;
  readonly dedicatedTenantId: number;
}

const toJson = ({ dedicatedTenantId, ...cell }: CellMessage) => ({
  ...{ name: cell.name, database: cell.database, service: cell.service, tenants: cell.tenants },
  ...(dedicatedTenantId > 0 && { dedicated_to: dedicatedTenantId }),
});

export function listCellsRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'GET',
    path: '/v3/admin/cells',
    docs: { summary: 'Databases with tenants, by name', answer: z.object({ cells: z.array(cell) }) },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const { cells } = await context.admin.listCells({}, call);
      return sendJson(reply, { cells: cells.map(toJson) });
    },
  });
}

export function putCellRoute(context: GatewayContext): PlainRoute {
  return definePlainRoute({
    method: 'PUT',
    path: '/v3/admin/cells/:name',
    docs: {
      summary: 'Makes a cell: its database with the whole schema, then its entry',
      ...{ query: dryRunQuery, body, answer: z.object({ cell, statements: z.array(z.string()) }) },
    },
    handle: async (request, reply) => {
      const call = await authorizeAdmin(context, request, reply);
      const { dry_run: dryRun } = queryOf(dryRunQuery, request);
      const { dedicated_to: dedicatedTenantId = 0, service = '' } = parseInput(body, request.body ?? {});
      const wanted = { name: pathParam(request, 'name'), dedicatedTenantId, service, dryRun };
      const made = await context.admin.putCell(wanted, call);
      return sendJson(reply, { ...(made.cell && { cell: toJson(made.cell) }), statements: made.statements });
    },
  });
}
