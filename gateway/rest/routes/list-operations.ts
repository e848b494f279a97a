import { z } from 'zod';
import { AppError } from '../../../lib/errors/app-error.js';
import { names } from '../format/schemas.js';
import { defineQueryRoute } from '../http/route.js';

const ENDING = '/operations';

/** GitLab puts the service into the path as it is, so its name may hold slashes: a wildcard takes all of it. */
export const listOperationsRoute = defineQueryRoute({
  suffix: '/services/*',
  documentedSuffix: '/services/{service_name}/operations',
  summary: 'Operations (span names) of a service, at most 1000, by name; none for an unknown service',
  query: z.object({}),
  answer: z.object({ operations: names }),
  prepare: ({ path }) => {
    const rest = path['*'] ?? '';
    if (!rest.endsWith(ENDING) || rest === ENDING)
      throw new AppError(
        'not_found',
        'There is nothing here. Operations are at /services/<name>/operations.',
      );
    const serviceName = rest.slice(0, -ENDING.length);
    return async (client, { call }) => {
      const answer = await client.listOperations({ serviceName }, call);
      return { operations: answer.names.map((name) => ({ name })) };
    };
  },
});
