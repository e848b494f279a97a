import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { ServiceImpl } from '@connectrpc/connect';
import type { GatewayConfig } from '../../../gateway/config.js';
import type { RouteSeen } from '../../../gateway/rest/http/route.js';
import { startGateway } from '../../../gateway/service.js';
import {
  Action,
  type AuthorizeRequest,
  type Credential,
  GatekeeperService,
} from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { RateLimitService } from '../../../gen/es/gob/gatekeeper/v1/limits_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { startRpcServer } from '../../../lib/rpc/server.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { testPrincipal } from '../../_util/signing.js';
import { type QueryBed, startQueryBed } from '../query/fixture.js';

/** Who the test's gatekeeper knows. */
const IDENTITIES: Readonly<Record<string, { tenantId: number; projects: readonly bigint[] }>> = {
  'shop-read': { tenantId: 1, projects: [7n] },
  'acme-admin': { tenantId: 1, projects: [7n, 8n, 2n ** 63n + 1n] },
  stranger: { tenantId: 2, projects: [9n] },
};

export interface GatewayBed {
  readonly url: string;
  readonly query: QueryBed;
  readonly uiDir: string;
  readonly routes: readonly RouteSeen[];
  /** What the gatekeeper was asked, in order. */
  readonly asked: AuthorizeRequest[];
  /** Names of credentials that are not known any more. */
  readonly revoked: Set<string>;
  /** Session ids that were ended. */
  readonly signedOut: string[];
  /** Starts one more gateway with other settings. */
  start(config: Partial<GatewayConfig>): Promise<string>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

/** A gateway over a real query service and a gatekeeper that speaks the contract and signs real assertions. */
export async function startGatewayBed(): Promise<GatewayBed> {
  const query = await startQueryBed();
  const asked: AuthorizeRequest[] = [];
  const signedOut: string[] = [];
  const revoked = new Set<string>();
  const { logger, registry } = testServiceContext();
  const gatekeeper = await startRpcServer({
    address: ANY_PORT,
    purpose: 'gatekeeper of the test',
    routes: (router) =>
      void router
        .service(GatekeeperService, testGatekeeper(query, { asked, signedOut, revoked }))
        .service(RateLimitService, {
          listLimitHits: ({ credential }) => {
            identify(credential);
            return { hits: [] };
          },
          returnLeases: () => ({}),
        }),
    logger,
    registry,
    verifyAssertion: undefined,
  });
  const uiDir = makeUi();
  const routes: RouteSeen[] = [];
  const gateways: { close(): Promise<void> | void }[] = [];
  const start = async (config: Partial<GatewayConfig>, onRoute?: (route: RouteSeen) => void) => {
    const gateway = await startGateway(
      {
        gatewayAddress: ANY_PORT,
        gatekeeperUrl: gatekeeper.url,
        queryUrl: query.url,
        tenantQuotaUrl: 'http://127.0.0.1:9',
        trustedProxies: [],
        gatewayPublicUrl: undefined,
        gatewayGitlabOrigins: [],
        gatewaySessionSameSite: 'lax',
        gatewaySessionPartitioned: false,
        gatewayRequestTimeoutMs: 20_000,
        gatewayUiDir: uiDir,
        ...config,
      },
      testServiceContext(),
      onRoute && { onRoute },
    );
    gateways.push(gateway);
    return gateway.url;
  };
  const url = await start({}, (route) => routes.push(route));
  return {
    url,
    query,
    uiDir,
    routes,
    asked,
    revoked,
    signedOut,
    start: (config) => start(config),
    get: (path, headers = { 'PRIVATE-TOKEN': 'shop-read' }) => fetch(`${url}${path}`, { headers }),
    close: async () => {
      await Promise.all(gateways.map((gateway) => gateway.close()));
      await gatekeeper.close();
      await query.close();
      rmSync(uiDir, { recursive: true, force: true });
    },
  };
}

function makeUi(): string {
  const dir = mkdtempSync(join(tmpdir(), 'gob-ui-'));
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html><title>the UI</title>');
  writeFileSync(join(dir, 'assets', 'index-abc123.js'), 'export {};');
  writeFileSync(join(dir, 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  writeFileSync(join(dir, '.secret'), 'hidden');
  return dir;
}

function identify(credential: Credential | undefined) {
  const form = credential?.form;
  if (form?.case === 'clientCertificate' || form?.case === 'cloudConnector')
    throw new AppError('internal', 'no test of the gateway alone sends this form');
  const name = form?.case === 'sessionId' ? form.value.replace('session-of-', '') : (form?.value ?? '');
  const identity = IDENTITIES[name];
  if (!identity || (form?.case === 'sessionId' && !form.value.startsWith('session-of-')))
    throw new AppError('unauthenticated', 'The token is not known, revoked or expired.');
  return { name, ...identity };
}

interface GatekeeperState {
  readonly asked: AuthorizeRequest[];
  readonly signedOut: string[];
  readonly revoked: ReadonlySet<string>;
}

function testGatekeeper(
  { signer }: QueryBed,
  { asked, signedOut, revoked }: GatekeeperState,
): ServiceImpl<typeof GatekeeperService> {
  const refuse = () => {
    throw new AppError('internal', 'not asked in this test');
  };
  return {
    authorize: async (request) => {
      asked.push(request);
      if (request.action !== Action.READ || request.audience !== 'query') return refuse();
      const { name, tenantId, projects } = identify(request.credential);
      if (revoked.has(name)) throw new AppError('unauthenticated', 'The token is revoked.');
      const [only, ...more] = projects;
      if (request.projectId === 0n && more.length > 0)
        throw new AppError('invalid_argument', 'The credential covers several projects.', {
          field: 'project_id',
        });
      const projectId = request.projectId === 0n ? (only ?? 0n) : request.projectId;
      if (!projects.includes(projectId)) throw new AppError('not_found', 'There is no such project.');
      const assertion = await signer.sign(testPrincipal({ tenantId, projectId }), 'query');
      return {
        tenantId,
        projectId,
        principal: name,
        assertion,
        expiresAt: timestampFromMs(Date.now() + 60_000),
      };
    },
    signIn: async ({ method }) => {
      const secret =
        method.case === 'password' ? `${method.value.username}:${method.value.password}` : method.value;
      if (secret === 'too-often')
        throw new AppError('rate_limited', 'Too many tries.', { retryAfterMs: 2_500 });
      if (secret !== 'one-time' && secret !== 'dev:secret')
        throw new AppError('unauthenticated', 'The link has been used or has expired.');
      return {
        sessionId: 'session-of-shop-read',
        username: 'dev',
        expiresAt: timestampFromMs(Date.now() + 60_000),
      };
    },
    signOut: ({ sessionId }) => {
      signedOut.push(sessionId);
      return {};
    },
    getSession: ({ credential }) => {
      const { name, projects } = identify(credential);
      return { username: name, projects: projects.map((id) => ({ id, path: `acme/${id}` })) };
    },
    getVerificationKeys: async () => ({ jwksJson: await signer.fetchKeys() }),
    admit: refuse,
  };
}
