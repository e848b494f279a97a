import { z } from 'zod';
import { defineQueryRoute } from '../../http/route.js';
import { catalogueParams, toCatalogueRequest } from '../../params/log-catalogue.js';

const answer = z.object({
  values: z
    .array(z.string())
    .describe('By value. Of an attribute with very many values only some are known.'),
});

/** The name is a parameter, not a part of the path: names hold slashes. */
export const logAttributeValuesRoute = defineQueryRoute({
  suffix: '/logs/attributes/values',
  documentedSuffix: '/logs/attributes/values',
  summary: 'Values of one attribute of log records, for completion',
  query: z.object({ name: z.string('is required').describe('The attribute. Required.'), ...catalogueParams }),
  answer,
  prepare: ({ params, nowMs }) => {
    const request = { name: params.name, ...toCatalogueRequest(params, nowMs) };
    return async (_query, { call }, { logs }): Promise<z.infer<typeof answer>> => {
      const { values } = await logs.listLogAttributeValues(request, call);
      return { values };
    };
  },
});
