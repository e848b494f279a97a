import { z } from 'zod';
import { names } from '../format/schemas.js';
import { defineQueryRoute } from '../http/route.js';

export const listServicesRoute = defineQueryRoute({
  suffix: '/services',
  documentedSuffix: '/services',
  summary: 'Services that sent spans, at most 1000, by name',
  query: z.object({}),
  answer: z.object({ services: names }),
  isCatalogue: true,
  example: { answer: { services: [{ name: 'shop' }] } },
  prepare:
    () =>
    async (client, { call }) => {
      const answer = await client.listServices({}, call);
      return { services: answer.names.map((name) => ({ name })) };
    },
});
