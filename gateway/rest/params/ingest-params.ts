import { z } from 'zod';

/** Which kind of telemetry. */
export const signalParam = z
  .enum(['traces', 'metrics', 'logs'])
  .optional()
  .describe('Only this kind of telemetry: traces, metrics or logs.');

export const serviceParam = z.string().optional().describe('Only this service.');

/** At most so many entries. */
export const limitParam = (byDefault: number) =>
  z
    .string()
    .regex(/^0*[1-9]\d{0,3}$/, 'expected a number from 1 to 9999')
    .transform(Number)
    .optional()
    .describe(`At most this many; default ${byDefault}, more than 1000 is cut to 1000.`);

export const orderParam = z
  .enum(['bytes', 'items'])
  .default('bytes')
  .describe('What the largest is first by: received bytes or items.');
