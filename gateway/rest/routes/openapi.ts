import type { PlainRoute, QueryRoute, StreamRoute } from '../http/route.js';
import { sendJson } from '../http/send-json.js';
import { openApiDocument } from '../openapi-document.js';

/** Made once, from the schemas that also check the requests. */
export function openApiRoute(
  queryRoutes: readonly (QueryRoute | StreamRoute)[],
  plainRoutes: readonly PlainRoute[],
): PlainRoute {
  const document = openApiDocument(queryRoutes, plainRoutes);
  return {
    method: 'GET',
    path: '/openapi.json',
    docs: { summary: 'This document' },
    handle: async (_request, reply) => sendJson(reply, document),
  };
}
