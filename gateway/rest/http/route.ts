import type { Client } from '@connectrpc/connect';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { Grant } from '../../auth/authorize.js';
import type { GatewayContext } from '../../context.js';
import type { Json } from '../format/json.js';
import { type RawParams, readParams } from '../params/read-params.js';

/** A route as Fastify registered it. */
export interface RouteSeen {
  readonly method: string;
  readonly url: string;
}

/** What the OpenAPI document says about a route. */
export interface RouteDocs {
  readonly summary: string;
  /** Query string; members that take a list may be repeated. */
  readonly query?: z.ZodObject;
  /** JSON body. */
  readonly body?: z.ZodType;
  /** Absent: an answer without a body. */
  readonly answer?: z.ZodType;
  /** What the events of an answer without an end are; then there is no `answer`. */
  readonly events?: string;
  readonly example?: RouteExample;
}

/** A request as a reader of the documentation may try it, and what comes back. */
export interface RouteExample {
  /** Parameters of the path, apart from those of the base. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | readonly string[]>>;
  readonly answer: Json;
}

/** A question that has passed every check that needs nobody else. Other contracts than query's own are in the context. */
export type PreparedQuery = (
  query: Client<typeof QueryService>,
  grant: Grant,
  context: GatewayContext,
) => Promise<Json>;

export interface QueryInput<P> {
  readonly params: P;
  /** Parameters of the path, decoded; `*` is what the wildcard stands for. */
  readonly path: Readonly<Record<string, string>>;
  readonly nowMs: number;
}

/** A GET that reads telemetry. It exists under every generation of paths. */
export interface QueryRoute {
  /** As Fastify writes it, for example `/traces/:trace_id`. */
  readonly suffix: string;
  /** As OpenAPI writes it. */
  readonly documentedSuffix: string;
  readonly docs: RouteDocs;
  /** Its answers change seldom: they carry an ETag, and a client that has the answer gets 304. */
  readonly isCatalogue: boolean;
  readonly prepare: (input: QueryInput<RawParams>) => PreparedQuery;
}

export interface QueryRouteOptions<S extends z.ZodObject> {
  readonly suffix: string;
  readonly documentedSuffix: string;
  readonly summary: string;
  readonly query: S;
  readonly answer: z.ZodType;
  /** Shown in the documentation, and run by a test. */
  readonly example?: RouteExample;
  /** Default false. */
  readonly isCatalogue?: boolean;
  readonly prepare: (input: QueryInput<z.output<S>>) => PreparedQuery;
}

/** Ties the handler's parameters to the schema that checks and documents them. */
export function defineQueryRoute<S extends z.ZodObject>(options: QueryRouteOptions<S>): QueryRoute {
  const { suffix, documentedSuffix, summary, query, answer, example, isCatalogue = false } = options;
  return {
    suffix,
    documentedSuffix,
    docs: { summary, query, answer, ...(example && { example }) },
    isCatalogue,
    prepare: (input) => options.prepare({ ...input, params: readParams(query, input.params) }),
  };
}

/** Asks the gatekeeper whether the caller may still read. */
export type Authorize = () => Promise<Grant>;

/** A GET whose answer goes on until the client or the server ends it. It exists under every generation of paths. */
export interface StreamRoute {
  readonly suffix: string;
  readonly documentedSuffix: string;
  readonly docs: RouteDocs;
  readonly prepare: (input: QueryInput<RawParams>) => PreparedStream;
}

/** A stream of server-sent events that has passed every check that needs nobody else. */
export type PreparedStream = (
  context: GatewayContext,
  options: { readonly grant: Grant; readonly authorize: Authorize },
) => AsyncIterable<string>;

/** Any other route, under one path. */
export interface PlainRoute {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As Fastify writes it, for example `/v3/tenant/:project_id`. */
  readonly path: string;
  readonly docs: RouteDocs;
  readonly handle: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;
}

/** Names the type, so that a route is checked where it is written. */
export const definePlainRoute = (route: PlainRoute): PlainRoute => route;

/** A parameter of the path, decoded; empty when the path has none of the name. */
export const pathParam = (request: FastifyRequest, name: string): string =>
  (request.params as Readonly<Record<string, string>>)[name] ?? '';
