import { z } from 'zod';
import { AttributeSignal } from '../../../gen/es/gob/query/v1/query_pb.js';
import { defineQueryRoute } from '../http/route.js';
import { ATTRIBUTE_SCOPES, searchParams, toAttributeScope } from '../params/attribute-search.js';

const answer = z.object({
  attributes: z.array(z.object({ name: z.string(), scope: z.enum(ATTRIBUTE_SCOPES) })),
});

export const listAttributeKeysRoute = defineQueryRoute({
  suffix: '/traces/attributes',
  documentedSuffix: '/traces/attributes',
  summary: 'Keys of attributes of spans, for completion, by key',
  query: z.object(searchParams),
  answer,
  isCatalogue: true,
  example: {
    query: { search: 'http', limit: '10' },
    answer: { attributes: [{ name: 'http.route', scope: 'span' }] },
  },
  prepare: ({ params }) => {
    const request = {
      signal: AttributeSignal.SPANS,
      search: params.search ?? '',
      limit: Number(params.limit ?? 0),
    };
    return async (client, { call }): Promise<z.infer<typeof answer>> => {
      const { keys } = await client.listAttributeKeys(request, call);
      return { attributes: keys.map(({ key, scope }) => ({ name: key, scope: toAttributeScope(scope) })) };
    };
  },
});
