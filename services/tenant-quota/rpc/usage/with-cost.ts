import type { HandlerContext } from '@connectrpc/connect';
import { addCost, formatCost, NO_COST, QUERY_STATS_HEADER } from '../../../../lib/rpc/query-stats.js';
import type { Store } from '../../../../lib/store/store.js';

/** The store, which tells in the header `x-query-stats` of a call's answer what its questions have cost so far. */
export function withCost(store: Store, { responseHeader }: HandlerContext): Pick<Store, 'query'> {
  let cost = NO_COST;
  const note = () => responseHeader.set(QUERY_STATS_HEADER, formatCost(cost));
  note();
  return {
    query: async <T>(...question: Parameters<Store['query']>) => {
      const answer = await store.query<T>(...question);
      cost = addCost(cost, { ...answer.stats, statements: 1 });
      note();
      return answer;
    },
  };
}
