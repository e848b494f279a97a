import type { CallOptions } from '@connectrpc/connect';
import type { FastifyReply } from 'fastify';
import { addCost, formatCost, NO_COST, parseCost, QUERY_STATS_HEADER } from '../../../lib/rpc/query-stats.js';

/** Adds up what the calls of one request cost in the store, into the header `X-Query-Stats` of its answer. */
export class CostCollector {
  readonly #reply: FastifyReply;
  #cost = NO_COST;

  constructor(reply: FastifyReply) {
    this.#reply = reply;
  }

  /** The same call, watched. Headers come also with a refusal. */
  watch(call: CallOptions): CallOptions {
    return {
      ...call,
      onHeader: (headers) => {
        this.#cost = addCost(this.#cost, parseCost(headers.get(QUERY_STATS_HEADER)));
        this.#reply.header(QUERY_STATS_HEADER, formatCost(this.#cost));
      },
    };
  }
}
