import { Code, ConnectError, type Interceptor } from '@connectrpc/connect';
import { AppError, messageOf } from '../errors/app-error.js';
import { toConnectError } from '../errors/connect.js';
import type { Logger } from '../telemetry/logger.js';
import { Counter, Histogram, LATENCY_BUCKETS_SECONDS, type Registry } from '../telemetry/metrics.js';
import type { AssertionVerifier } from './assertion.js';
import { setCaller } from './caller.js';

/** Counts calls by outcome and times them. Outermost, so that it sees the status that the caller gets. */
export function metricsInterceptor(registry: Registry): Interceptor {
  const labels = ['service', 'method', 'code'] as const;
  const shared = { registers: [registry], labelNames: labels };
  const calls =
    existing<Counter>(registry, 'gob_rpc_server_calls_total') ??
    new Counter({ ...shared, name: 'gob_rpc_server_calls_total', help: 'Calls served, by gRPC status.' });
  const seconds =
    existing<Histogram>(registry, 'gob_rpc_server_duration_seconds') ??
    new Histogram({
      ...shared,
      name: 'gob_rpc_server_duration_seconds',
      help: 'Time to serve a call.',
      buckets: LATENCY_BUCKETS_SECONDS,
    });
  return (next) => async (request) => {
    const startMs = performance.now();
    const record = (code: string) => {
      const values = { service: request.service.typeName, method: request.method.name, code };
      calls.inc(values);
      seconds.observe(values, (performance.now() - startMs) / 1000);
    };
    try {
      const response = await next(request);
      record('OK');
      return response;
    } catch (error) {
      record(Code[ConnectError.from(error).code] ?? 'Unknown');
      throw error;
    }
  };
}

/** Several services may share one process and so one registry. */
function existing<T>(registry: Registry, name: string): T | undefined {
  return registry.getSingleMetric(name) as T | undefined;
}

/**
 * Lets only errors of the catalogue out. Faults are logged here with their cause, once. A dependency that is away is reported by
 * whoever waits for it, not by every call that it costs.
 */
export function errorInterceptor(logger: Logger): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request);
    } catch (thrown) {
      const error = toConnectError(thrown);
      const isFault = error.code === Code.Internal || error.code === Code.Unknown;
      // The framework tells a caller that ended in the middle of its call by such an error as well.
      if (isFault && !(request.signal.aborted && thrown instanceof ConnectError)) {
        logger.error({ err: thrown, method: request.method.name }, 'call failed');
      } else if (error.code === Code.Unavailable) {
        logger.debug(
          { method: request.method.name, reason: messageOf((thrown as Error).cause ?? thrown) },
          'call refused: unavailable',
        );
      }
      throw error;
    }
  };
}

/** Verifies the gatekeeper's assertion on every method that is not listed as public. */
export function identityInterceptor(
  verify: AssertionVerifier,
  publicMethods: readonly string[] = [],
): Interceptor {
  return (next) => async (request) => {
    if (!publicMethods.includes(request.method.name)) {
      const token = /^Bearer (\S+)$/.exec(request.header.get('authorization') ?? '')?.[1];
      if (token === undefined)
        throw new AppError('unauthenticated', 'The call carries no assertion of the gatekeeper.');
      setCaller(request.contextValues, await verify(token));
    }
    return next(request);
  };
}
