import { z } from 'zod';

/** Every limit, spelt as in the identity file. */
const FIELDS = [
  'ingest_bytes_per_second',
  'ingest_burst_bytes',
  'ingest_items_per_second',
  'max_request_bytes',
  'retention_days',
  'traces_retention_days',
  'metrics_retention_days',
  'logs_retention_days',
  'storage_bytes',
  'query_max_seconds',
  'query_max_read_bytes',
  'query_max_read_rows',
  'query_max_memory_bytes',
  'query_max_concurrent',
  'traces_ingest_bytes_per_second',
  'metrics_ingest_bytes_per_second',
  'logs_ingest_bytes_per_second',
  'traces_ingest_items_per_second',
  'metrics_ingest_items_per_second',
  'logs_ingest_items_per_second',
  'max_metric_series',
  'max_attribute_keys',
  'max_attribute_values_per_key',
] as const;

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;
type Field = (typeof FIELDS)[number];
/** Limits as the contract of tenant-quota spells them. */
type Message<V> = { readonly [F in Field as Camel<F>]?: V };

const value = z.int().min(1);
const shape = <T extends z.ZodType>(type: T) =>
  Object.fromEntries(FIELDS.map((field) => [field, type])) as Record<Field, T>;

/** What is absent or null is inherited from the tier. */
export const limitsInput = z.strictObject(shape(value.nullable().optional()));
export const limitsInForce = z.object(shape(z.bigint().meta({ type: 'integer', format: 'int64' })));
export const limitsSet = z.object(shape(z.bigint().meta({ type: 'integer', format: 'int64' }).optional()));

const camel = (field: Field) => field.replace(/_(\w)/g, (_match, letter: string) => letter.toUpperCase());

export function toMessage(limits: z.output<typeof limitsInput>): Message<bigint> {
  const set = FIELDS.flatMap((field) => {
    const given = limits[field];
    return given === undefined || given === null ? [] : [[camel(field), BigInt(given)] as const];
  });
  return Object.fromEntries(set);
}

/** 32-bit numbers of the contract become 64-bit ones; both are JSON numbers. */
export function fromMessage(message: Message<bigint | number> | undefined): Partial<Record<Field, bigint>> {
  const values = message as Readonly<Record<string, bigint | number | undefined>> | undefined;
  const set = FIELDS.flatMap((field) => {
    const given = values?.[camel(field)];
    return given === undefined ? [] : [[field, BigInt(given)] as const];
  });
  return Object.fromEntries(set);
}
