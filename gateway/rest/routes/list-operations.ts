import { z } from 'zod';
import { names } from '../format/schemas.js';
import { defineQueryRoute } from '../http/route.js';
import { nameBefore } from '../params/path.js';

/** GitLab puts the service into the path as it is, so its name may hold slashes: a wildcard takes all of it. */
export const listOperationsRoute = defineQueryRoute({
  suffix: '/services/*',
  documentedSuffix: '/services/{service_name}/operations',
  summary: 'Operations (span names) of a service, at most 1000, by name; none for an unknown service',
  query: z.object({}),
  answer: z.object({ operations: names }),
  isCatalogue: true,
  example: { path: { service_name: 'shop' }, answer: { operations: [{ name: 'GET /cart' }] } },
  prepare: ({ path }) => {
    const serviceName = nameBefore('/operations', path);
    return async (client, { call }) => {
      const answer = await client.listOperations({ serviceName }, call);
      return { operations: answer.names.map((name) => ({ name })) };
    };
  },
});
