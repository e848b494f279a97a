import { z } from 'zod';
import { AppError } from '../../../lib/errors/app-error.js';

/** Parameters by name, each with all its values in order. */
export type RawParams = Readonly<Record<string, readonly string[]>>;

/** More than any real request has; repeated names count. */
const MAX_PARAMS = 300;

/**
 * A query string by the URL standard's rules. Without a prototype, so that no name is special. It runs inside the router,
 * where nothing catches: it must not throw. What is past the limit is left unread, and `readParams` refuses.
 */
export function parseQueryString(text: string): RawParams {
  const params: Record<string, string[]> = Object.create(null);
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if (++count > MAX_PARAMS + 1) break;
    const values = params[name];
    if (values) values.push(value);
    else params[name] = [value];
  }
  return params;
}

/**
 * Checks parameters against a schema, whose members take a text, or a list of texts when the parameter may be repeated.
 * Refuses with `invalid_argument` naming the parameter: one that is unknown would otherwise be ignored in silence.
 */
export function readParams<S extends z.ZodObject>(schema: S, raw: RawParams): z.output<S> {
  refuseTooMany(raw);
  const input: Record<string, unknown> = {};
  for (const [name, values] of Object.entries(raw)) {
    const member: z.ZodType | undefined = Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
    if (!member)
      throw refusal(name, `${name} is not a parameter of this request. Known are: ${namesOf(schema)}.`);
    if (isRepeatable(member)) input[name] = values;
    else if (values.length > 1) throw refusal(name, `${name} is given ${values.length} times; give it once.`);
    else input[name] = values[0];
  }
  return parseInput(schema, input);
}

function refuseTooMany(raw: RawParams): void {
  const count = Object.values(raw).reduce((sum, values) => sum + values.length, 0);
  if (count > MAX_PARAMS)
    throw new AppError('invalid_argument', `The request has more than ${MAX_PARAMS} parameters.`);
}

/** Checks anything against a schema; the first problem becomes the error. */
export function parseInput<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  // Positions in a list of values say nothing to who repeats a parameter.
  const field = issue?.path.filter((part) => typeof part === 'string').join('.') ?? '';
  throw refusal(field, field === '' ? (issue?.message ?? 'not valid') : `${field}: ${issue?.message}.`);
}

function refusal(field: string, message: string): AppError {
  return new AppError('invalid_argument', message, field === '' ? {} : { field });
}

function namesOf(schema: z.ZodObject): string {
  return Object.keys(schema.shape).join(', ') || 'none';
}

function isRepeatable(member: z.ZodType): boolean {
  const inner = member instanceof z.ZodOptional || member instanceof z.ZodDefault ? member.unwrap() : member;
  return inner instanceof z.ZodArray;
}
