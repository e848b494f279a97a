import { z } from 'zod';
import { AttributeSignal } from '../../../gen/es/gob/query/v1/query_pb.js';
import { defineQueryRoute } from '../http/route.js';
import { ATTRIBUTE_SCOPES, searchParams, toFieldScope } from '../params/attribute-search.js';
import { nameBefore } from '../params/path.js';

const answer = z.object({ values: z.array(z.string()) });

/** Keys may hold slashes: a wildcard takes all of them. */
export const listAttributeValuesRoute = defineQueryRoute({
  suffix: '/traces/attributes/*',
  documentedSuffix: '/traces/attributes/{attribute_name}/values',
  summary: 'Values of an attribute of spans, for completion, in order; none for an unknown attribute',
  query: z.object({
    ...searchParams,
    scope: z
      .enum(ATTRIBUTE_SCOPES, `expected one of ${ATTRIBUTE_SCOPES.join(', ')}`)
      .optional()
      .describe('Where the attribute is. Default: anywhere.'),
  }),
  answer,
  isCatalogue: true,
  example: {
    path: { attribute_name: 'http.route' },
    query: { scope: 'span', search: 'c' },
    answer: { values: ['/cart'] },
  },
  prepare: ({ params, path }) => {
    const key = nameBefore('/values', path);
    const request = {
      signal: AttributeSignal.SPANS,
      attribute: { scope: toFieldScope(params.scope), key },
      search: params.search ?? '',
      limit: Number(params.limit ?? 0),
    };
    return async (client, { call }): Promise<z.infer<typeof answer>> => {
      const { values } = await client.listAttributeValues(request, call);
      return { values };
    };
  },
});
