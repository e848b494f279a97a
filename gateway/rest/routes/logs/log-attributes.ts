import { z } from 'zod';
import { AttributeSignal } from '../../../../gen/es/gob/query/v1/query_pb.js';
import { defineQueryRoute } from '../../http/route.js';
import { searchParams } from '../../params/attribute-search.js';
import { logScope, toLogScope } from '../../params/log-scope.js';

const answer = z.object({ attributes: z.array(z.object({ name: z.string(), scope: logScope })) });

export const logAttributesRoute = defineQueryRoute({
  suffix: '/logs/attributes',
  documentedSuffix: '/logs/attributes',
  summary: 'Keys of attributes of log records, for completion, by key',
  query: z.object(searchParams),
  answer,
  isCatalogue: true,
  example: {
    query: { search: 'cart', limit: '10' },
    answer: { attributes: [{ name: 'cart.id', scope: 'log' }] },
  },
  prepare: ({ params }) => {
    const { search = '', limit = 0 } = params;
    const request = { signal: AttributeSignal.LOGS, search, limit: Number(limit) };
    return async (client, { call }): Promise<z.infer<typeof answer>> => {
      const { keys } = await client.listAttributeKeys(request, call);
      return { attributes: keys.map(({ key, scope }) => ({ name: key, scope: toLogScope(scope) })) };
    };
  },
});
