import cookie from '@fastify/cookie';
import cors from '@fastify/cors';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { authorizeRead } from '../auth/authorize.js';
import { clientAddressOf } from '../auth/client-address.js';
import { corsOptions } from '../auth/cors.js';
import { requireCredential } from '../auth/credential.js';
import { refuseCrossSite } from '../auth/cross-site.js';
import type { GatewayContext } from '../context.js';
import { QUERY_BASES } from './bases.js';
import { clientErrorAnswer } from './http/client-error.js';
import { clientGone } from './http/client-gone.js';
import { compress } from './http/compress.js';
import { CostCollector } from './http/cost-collector.js';
import { sendProblem } from './http/errors.js';
import { sendCatalogue } from './http/etag.js';
import { observeRequests } from './http/observe.js';
import { inParameterNames } from './http/parameter-names.js';
import { REQUEST_ID_HEADER, requestIdOf } from './http/request-id.js';
import type { PlainRoute, QueryRoute, RouteSeen, StreamRoute } from './http/route.js';
import { securityHeaders } from './http/security-headers.js';
import { sendEvents } from './http/send-events.js';
import { sendJson } from './http/send-json.js';
import { projectInPath } from './params/path.js';
import { parseQueryString, type RawParams } from './params/read-params.js';
import { adminRoutes } from './routes/admin/index.js';
import { alertsRoute } from './routes/alerts.js';
import { authCallbackRoute } from './routes/auth-callback.js';
import { authStartRoute } from './routes/auth-start.js';
import { getServiceGraphRoute } from './routes/get-service-graph.js';
import { getTraceRoute } from './routes/get-trace.js';
import { getTraceAnalyticsRoute } from './routes/get-trace-analytics.js';
import { INGEST_ROUTES } from './routes/ingest/index.js';
import { listAttributeKeysRoute } from './routes/list-attribute-keys.js';
import { listAttributeValuesRoute } from './routes/list-attribute-values.js';
import { listOperationsRoute } from './routes/list-operations.js';
import { listServicesRoute } from './routes/list-services.js';
import { listTracesRoute } from './routes/list-traces.js';
import { LOG_ROUTES, LOG_STREAM_ROUTES } from './routes/logs/index.js';
import { autocompleteMetricsRoute } from './routes/metrics/autocomplete.js';
import { listMetricExemplarsRoute } from './routes/metrics/exemplars.js';
import { searchMetricsRoute } from './routes/metrics/search.js';
import { searchMetricMetadataRoute } from './routes/metrics/search-metadata.js';
import { listTraceExemplarsRoute } from './routes/metrics/trace-exemplars.js';
import { openApiRoute } from './routes/openapi.js';
import { sessionRoute } from './routes/session.js';
import { signInRoute } from './routes/sign-in.js';
import { signOutRoute } from './routes/sign-out.js';
import { tenantRoutes } from './routes/tenant/index.js';
import { cardinalityRoutes } from './routes/usage/cardinality.js';
import { storageQuotaRoutes } from './routes/usage/storage-quota.js';
import { storageUsageRoutes } from './routes/usage/storage-usage.js';
import { registerUi } from './ui-files.js';

/** Bodies are sign-ins; nothing larger is ever read. */
const BODY_LIMIT_BYTES = 64 * 1024;
const MAX_HEADER_BYTES = 16 * 1024;
/** Longer than the idle time of usual proxies, so that they close first and no request meets a closing connection. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;

/** Every question that can be asked of stored telemetry. */
export const QUERY_ROUTES = [
  listTracesRoute,
  getTraceRoute,
  getTraceAnalyticsRoute,
  listAttributeKeysRoute,
  listAttributeValuesRoute,
  listServicesRoute,
  listOperationsRoute,
  getServiceGraphRoute,
  ...LOG_ROUTES,
  autocompleteMetricsRoute,
  searchMetricsRoute,
  searchMetricMetadataRoute,
  listMetricExemplarsRoute,
  ...INGEST_ROUTES,
  listTraceExemplarsRoute,
];
/** Questions whose answer goes on. */
export const STREAM_ROUTES = LOG_STREAM_ROUTES;

/** The REST server with every route, not yet listening. */
export async function createApp(
  context: GatewayContext,
  onRoute?: (route: RouteSeen) => void,
): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: context.config.gatewayRequestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    http: { maxHeaderSize: MAX_HEADER_BYTES },
    genReqId: requestIdOf,
    clientErrorHandler: clientErrorAnswer(securityHeaders(context.config)),
    routerOptions: { maxParamLength: 4_096, querystringParser: parseQueryString },
    frameworkErrors: (error, request, reply) => {
      reply.headers(securityHeaders(context.config));
      void sendProblem(error, { request, reply, logger: context.logger });
    },
  });
  if (onRoute) app.addHook('onRoute', ({ method, url }) => report(method, url, onRoute));
  await app.register(cookie);
  addHooks(app, context);
  await app.register(cors, corsOptions(context.config));
  for (const base of QUERY_BASES)
    for (const route of QUERY_ROUTES) addQueryRoute(app, context, { path: base.path + route.suffix, route });
  for (const base of QUERY_BASES)
    for (const route of STREAM_ROUTES)
      addStreamRoute(app, context, { path: base.path + route.suffix, route });
  const plainRoutes = [
    ...[sessionRoute(context), signInRoute(context), signOutRoute(context)],
    ...[authStartRoute(context), authCallbackRoute(context)],
    ...tenantRoutes(context),
    ...adminRoutes(context),
    ...storageUsageRoutes(context),
    alertsRoute(context),
    ...cardinalityRoutes(context),
    ...storageQuotaRoutes(context),
  ];
  for (const route of [...plainRoutes, openApiRoute([...QUERY_ROUTES, ...STREAM_ROUTES], plainRoutes)])
    addPlainRoute(app, route);
  await registerUi(app, context.config);
  return app;
}

function report(method: string | string[], url: string, onRoute: (route: RouteSeen) => void): void {
  for (const one of [method].flat()) onRoute({ method: one, url });
}

function addHooks(app: FastifyInstance, { config, logger, registry }: GatewayContext): void {
  const headers = securityHeaders(config);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...headers, [REQUEST_ID_HEADER]: request.id });
    refuseCrossSite(request, config);
  });
  app.addHook('onSend', compress);
  app.addHook('onResponse', observeRequests(logger, registry));
  app.setErrorHandler((error, request, reply) => sendProblem(error, { request, reply, logger }));
}

function addQueryRoute(
  app: FastifyInstance,
  context: GatewayContext,
  { path, route }: { path: string; route: QueryRoute },
): void {
  app.get(path, async (request, reply) => {
    const credential = requireCredential(request);
    const path = request.params as Readonly<Record<string, string>>;
    const { projectId, check } = projectInPath(path);
    const clientAddress = clientAddressOf(request, context);
    const reading = { credential, clientAddress, projectId, signal: clientGone(reply) };
    const grant = await authorizeRead(context, reading);
    check();
    const ask = route.prepare({ params: request.query as RawParams, path, nowMs: context.nowMs() });
    const cost = new CostCollector(reply);
    const answer = await ask(context.query, { ...grant, call: cost.watch(grant.call) }, context).catch(
      (error) => {
        cost.addRefusal(error);
        throw inParameterNames(error);
      },
    );
    return route.isCatalogue ? sendCatalogue(request, reply, answer) : sendJson(reply, answer);
  });
}

/** Like a query, but the gatekeeper is asked again for as long as the answer lasts. */
function addStreamRoute(
  app: FastifyInstance,
  context: GatewayContext,
  { path, route }: { path: string; route: StreamRoute },
): void {
  // Without it HEAD would run the stream and wait for its end.
  app.get(path, { exposeHeadRoute: false }, async (request, reply) => {
    const credential = requireCredential(request);
    const path = request.params as Readonly<Record<string, string>>;
    const { projectId, check } = projectInPath(path);
    const signal = clientGone(reply);
    const clientAddress = clientAddressOf(request, context);
    // A signal for each time: calls leave their listeners on it, and a stream may last for days.
    const authorize = () =>
      authorizeRead(context, { credential, clientAddress, projectId, signal: AbortSignal.any([signal]) });
    const grant = await authorize();
    check();
    const open = route.prepare({ params: request.query as RawParams, path, nowMs: context.nowMs() });
    return sendEvents(reply, open(context, { grant, authorize }));
  });
}

function addPlainRoute(app: FastifyInstance, { method, path, handle }: PlainRoute): void {
  app.route({ method, url: path, handler: (request: FastifyRequest, reply) => handle(request, reply) });
}
