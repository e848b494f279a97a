import { z } from 'zod';
import { QUERY_BASES } from './bases.js';
import type { Json } from './format/json.js';
import type { PlainRoute, QueryRoute, RouteDocs, StreamRoute } from './http/route.js';

type JsonObject = { readonly [name: string]: Json | undefined };

/** The gateway's REST interface as an OpenAPI 3.1 document. */
export function openApiDocument(
  queryRoutes: readonly (QueryRoute | StreamRoute)[],
  plainRoutes: readonly PlainRoute[],
): JsonObject {
  const paths: Record<string, JsonObject> = {};
  for (const { documented, pathParams } of QUERY_BASES) {
    for (const { documentedSuffix, docs } of queryRoutes) {
      const params = [...pathParams, ...paramsIn(documentedSuffix)];
      paths[documented + documentedSuffix] = { get: operation(docs, params) };
    }
  }
  for (const { method, path, docs } of plainRoutes) {
    const documented = path.replaceAll(/:(\w+)/g, '{$1}');
    const methods = { ...paths[documented], [method.toLowerCase()]: operation(docs, paramsIn(documented)) };
    paths[documented] = methods;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Observability backend', version: '3' },
    paths,
    components: { securitySchemes: SECURITY_SCHEMES, schemas: { Problem: PROBLEM } },
    security: Object.keys(SECURITY_SCHEMES).map((name) => ({ [name]: [] })),
  };
}

const SECURITY_SCHEMES = {
  privateToken: { type: 'apiKey', in: 'header', name: 'PRIVATE-TOKEN' },
  bearer: { type: 'http', scheme: 'bearer' },
  basic: { type: 'http', scheme: 'basic', description: 'The token is the password.' },
  session: { type: 'apiKey', in: 'cookie', name: 'gob_session' },
} as const;

const PROBLEM = toSchema(
  z.object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().describe('Stable code of the error.'),
    field: z.string().optional().describe('The parameter at fault.'),
    request_id: z.string().optional(),
  }),
  'output',
);

function operation(docs: RouteDocs, pathParams: readonly string[]): JsonObject {
  return {
    summary: docs.summary,
    parameters: [
      ...pathParams.map((name) => ({
        name,
        in: 'path',
        required: true,
        schema: { type: 'string' },
        ...exampleOf(docs.example?.path, name),
      })),
      ...queryParams(docs),
    ],
    ...(docs.body && { requestBody: { required: true, content: jsonContent(toSchema(docs.body, 'input')) } }),
    responses: {
      ...success(docs),
      default: {
        description: 'Refused or failed',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function success({ answer, events, example }: RouteDocs): JsonObject {
  if (answer)
    return { 200: { description: 'OK', content: jsonContent(toSchema(answer, 'output'), example?.answer) } };
  if (events === undefined) return { '2XX': { description: 'Done' } };
  return { 200: { description: events, content: { 'text/event-stream': { schema: { type: 'string' } } } } };
}

function queryParams({ query, example }: RouteDocs): JsonObject[] {
  if (!query) return [];
  const { properties = {} } = toSchema(query, 'input') as { properties?: Record<string, JsonObject> };
  return Object.entries(properties).map(([name, { description, ...rest }]) => ({
    name,
    in: 'query',
    ...(description !== undefined && { description }),
    schema: rest,
    ...exampleOf(example?.query, name),
  }));
}

function exampleOf(examples: Readonly<Record<string, Json>> | undefined, name: string): JsonObject {
  return examples && Object.hasOwn(examples, name) ? { example: examples[name] } : {};
}

function jsonContent(schema: JsonObject, example?: Json): JsonObject {
  return { 'application/json': { schema, ...(example !== undefined && { example }) } };
}

/** 64-bit integers have no JSON Schema of their own; their type comes from the schema's metadata. */
function toSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return rest as JsonObject;
}

function paramsIn(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
}
