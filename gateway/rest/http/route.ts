import type { Client } from '@connectrpc/connect';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import type { Grant } from '../../auth/authorize.js';
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
}

/** A question that has passed every check that needs nobody else. */
export type PreparedQuery = (query: Client<typeof QueryService>, grant: Grant) => Promise<Json>;

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
  readonly prepare: (input: QueryInput<RawParams>) => PreparedQuery;
}

export interface QueryRouteOptions<S extends z.ZodObject> {
  readonly suffix: string;
  readonly documentedSuffix: string;
  readonly summary: string;
  readonly query: S;
  readonly answer: z.ZodType;
  readonly prepare: (input: QueryInput<z.output<S>>) => PreparedQuery;
}

/** Ties the handler's parameters to the schema that checks and documents them. */
export function defineQueryRoute<S extends z.ZodObject>(options: QueryRouteOptions<S>): QueryRoute {
  const { suffix, documentedSuffix, summary, query, answer } = options;
  return {
    suffix,
    documentedSuffix,
    docs: { summary, query, answer },
    prepare: (input) => options.prepare({ ...input, params: readParams(query, input.params) }),
  };
}

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
