import { type CallOptions, ConnectError } from '@connectrpc/connect';
import type { FastifyReply } from 'fastify';
import { addCost, formatCost, NO_COST, parseCost, QUERY_STATS_HEADER } from '../../../lib/rpc/query-stats.js';

/** Adds up what the calls of one request cost in the store, into the header `X-Query-Stats` of its answer. */
export class CostCollector {
  readonly #reply: FastifyReply;
  #cost = NO_COST;

  constructor(reply: FastifyReply) {
    this.#reply = reply;
  }

  /** The same call, watched. */
  watch(call: CallOptions): CallOptions {
    return { ...call, onHeader: (headers) => this.#add(headers) };
  }

  /** A refusal has cost something too; it brings the headers along. */
  addRefusal(thrown: unknown): void {
    if (thrown instanceof ConnectError && thrown.metadata.has(QUERY_STATS_HEADER)) this.#add(thrown.metadata);
  }

  #add(headers: Headers): void {
    this.#cost = addCost(this.#cost, parseCost(headers.get(QUERY_STATS_HEADER)));
    this.#reply.header(QUERY_STATS_HEADER, formatCost(this.#cost));
  }
}
