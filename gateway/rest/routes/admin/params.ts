import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError } from '../../../../lib/errors/app-error.js';
import { pathParam } from '../../http/route.js';
import { type RawParams, readParams } from '../../params/read-params.js';

const digits = (most: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, 'expected a number')
    .transform(Number)
    .refine((value) => value <= most, `must be at most ${most}`);

export const dryRun = z
  .enum(['true', 'false'])
  .default('false')
  .transform((text) => text === 'true')
  .describe('Change nothing, answer what would change.');
export const tenantFilter = digits(4_294_967_295).default(0).describe('Only this tenant.');
export const pageSize = digits(1_000).default(0).describe('At most this many; default 100.');
export const graceSeconds = digits(31_622_400)
  .default(7 * 86_400)
  .describe('Seconds until the rows are erased; default a week.');

export const dryRunQuery = z.object({ dry_run: dryRun });

export function queryOf<S extends z.ZodObject>(schema: S, request: FastifyRequest): z.output<S> {
  return readParams(schema, request.query as RawParams);
}

export function tenantIdOf(request: FastifyRequest): number {
  const id = Number(/^[1-9]\d{0,9}$/.exec(pathParam(request, 'tenant_id'))?.[0] ?? 0);
  if (id > 0 && id <= 4_294_967_295) return id;
  throw new AppError('invalid_argument', 'The tenant in the path must be a decimal namespace id.', {
    field: 'tenant_id',
  });
}
