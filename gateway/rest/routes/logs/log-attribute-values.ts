import { z } from 'zod';
import { AttributeSignal } from '../../../../gen/es/gob/query/v1/query_pb.js';
import { defineQueryRoute } from '../../http/route.js';
import { searchParams } from '../../params/attribute-search.js';
import { fromLogScope, logScope } from '../../params/log-scope.js';
import { nameBefore } from '../../params/path.js';

const answer = z.object({ values: z.array(z.string()) });

/** Keys may hold slashes: a wildcard takes all of them. */
export const logAttributeValuesRoute = defineQueryRoute({
  suffix: '/logs/attributes/*',
  documentedSuffix: '/logs/attributes/{attribute_name}/values',
  summary: 'Values of an attribute of log records, for completion, in order; none for an unknown attribute',
  query: z.object({
    ...searchParams,
    scope: logScope.optional().describe('Where the attribute is. Default: anywhere.'),
  }),
  answer,
  isCatalogue: true,
  example: {
    path: { attribute_name: 'cart.id' },
    query: { scope: 'log', search: '9' },
    answer: { values: ['9'] },
  },
  prepare: ({ params, path }) => {
    const { search = '', limit = 0, scope } = params;
    const attribute = { scope: fromLogScope(scope), key: nameBefore('/values', path) };
    const request = { signal: AttributeSignal.LOGS, attribute, search, limit: Number(limit) };
    return async (client, { call }): Promise<z.infer<typeof answer>> => {
      const { values } = await client.listAttributeValues(request, call);
      return { values };
    };
  },
});
