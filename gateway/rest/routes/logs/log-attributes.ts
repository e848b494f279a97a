import { z } from 'zod';
import { defineQueryRoute } from '../../http/route.js';
import {
  attributeSource,
  catalogueParams,
  SOURCE_NAMES,
  toCatalogueRequest,
} from '../../params/log-catalogue.js';

const answer = z.object({
  attributes: z.array(z.object({ name: z.string(), source: attributeSource })).describe('By name.'),
});

export const logAttributesRoute = defineQueryRoute({
  suffix: '/logs/attributes',
  documentedSuffix: '/logs/attributes',
  summary: 'Names of attributes of log records, for completion',
  query: z.object(catalogueParams),
  answer,
  prepare: ({ params, nowMs }) => {
    const request = toCatalogueRequest(params, nowMs);
    return async (_query, { call }, { logs }): Promise<z.infer<typeof answer>> => {
      const { attributes } = await logs.listLogAttributes(request, call);
      return {
        attributes: attributes.map(({ name, source }) => ({ name, source: SOURCE_NAMES[source] ?? 'log' })),
      };
    };
  },
});
