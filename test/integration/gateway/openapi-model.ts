import { z } from 'zod';
import { QUERY_BASES } from '../../../gateway/rest/bases.js';

/** What OpenAPI 3.1 asks of the parts that are used here; a member that is not listed is a mistake. */
const jsonSchema = z.record(z.string(), z.unknown());
const content = z.record(
  z.string().regex(/^(application\/(problem\+)?json|text\/event-stream)$/),
  z.strictObject({ schema: jsonSchema, example: z.unknown().optional() }),
);
const parameter = z.strictObject({
  name: z.string().min(1),
  in: z.enum(['path', 'query']),
  required: z.boolean().optional(),
  description: z.string().min(1).optional(),
  schema: jsonSchema,
  example: z.unknown().optional(),
});
const operation = z.strictObject({
  summary: z.string().min(1),
  parameters: z.array(parameter),
  requestBody: z.strictObject({ required: z.boolean(), content }).optional(),
  responses: z.record(
    z.string().regex(/^(default|[1-5](XX|\d\d))$/),
    z.strictObject({ description: z.string().min(1), content: content.optional() }),
  ),
});
export const openApi = z.strictObject({
  openapi: z.literal('3.1.0'),
  info: z.strictObject({ title: z.string(), version: z.string() }),
  paths: z.record(
    z.string().startsWith('/'),
    z.partialRecord(z.enum(['get', 'put', 'post', 'delete']), operation),
  ),
  components: z.strictObject({
    securitySchemes: z.record(z.string(), z.record(z.string(), z.string())),
    schemas: z.record(z.string(), jsonSchema),
  }),
  security: z.array(z.record(z.string(), z.array(z.string()))),
});
export type OpenApi = z.infer<typeof openApi>;
export type Operation = z.infer<typeof operation>;

export function isStream({ responses }: Operation): boolean {
  return responses['200']?.content?.['text/event-stream'] !== undefined;
}

/** Of its parameters or its answers. */
export function hasExample({ parameters, responses }: Operation): boolean {
  const contents = Object.values(responses).flatMap(({ content = {} }) => Object.values(content));
  return [...parameters, ...contents].some(({ example }) => example !== undefined);
}

/** A path without what names the project, in each generation of paths: all ask the same. */
export function suffixOf(path: string): string {
  const bases = QUERY_BASES.map(({ documented }) => documented);
  const base = bases.find((one) => path.startsWith(`${one}/`)) ?? '';
  return path.slice(base.length);
}

/** Schema and example of an operation's answer. */
export function answerOf({ responses }: Operation) {
  const answer = responses['200']?.content?.['application/json'];
  if (!answer) throw new Error('the operation has no answer');
  return {
    schema: z.fromJSONSchema(withoutInt64(answer.schema)),
    example: answer.example,
  };
}

/** zod's integers end at 2^53, and a program that reads JSON as numbers has rounded those beyond it. */
function withoutInt64(schema: object): Parameters<typeof z.fromJSONSchema>[0] {
  return JSON.parse(JSON.stringify(schema), (_name, value) =>
    value?.format === 'int64' ? { type: 'number' } : value,
  );
}
