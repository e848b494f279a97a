import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../../lib/telemetry/logger.js';
import { Histogram, LATENCY_BUCKETS_SECONDS, type Registry } from '../../../lib/telemetry/metrics.js';

/** Times every answer by route and status. Query strings and headers stay out of metrics and log. */
export function observeRequests(logger: Logger, registry: Registry) {
  const seconds = new Histogram({
    name: 'gob_gateway_request_duration_seconds',
    help: 'Time to answer a request, by route.',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: LATENCY_BUCKETS_SECONDS,
    registers: [registry],
  });
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const route = request.routeOptions.url ?? 'none';
    const { method } = request;
    const status = reply.statusCode;
    seconds.observe({ method, route, status }, reply.elapsedTime / 1000);
    logger.debug(
      { method, route, status, ms: Math.round(reply.elapsedTime), requestId: request.id },
      'answered',
    );
  };
}
