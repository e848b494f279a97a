import type { ConnectRouter } from '@connectrpc/connect';
import { AdminAccessService } from '../../gen/es/gob/gatekeeper/v1/admin_access_pb.js';
import { BrowserSignInService } from '../../gen/es/gob/gatekeeper/v1/browser_pb.js';
import { GatekeeperService } from '../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { RateLimitService } from '../../gen/es/gob/gatekeeper/v1/limits_pb.js';
import { ReceiverPlacementService } from '../../gen/es/gob/gatekeeper/v1/placement_pb.js';
import { RoomService } from '../../gen/es/gob/gatekeeper/v1/room_pb.js';
import { PlacementService } from '../../gen/es/gob/tenantquota/v1/moves_pb.js';
import { TenantQuotaService } from '../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import type { Kv } from '../../lib/kv/kv.js';
import { openKv } from '../../lib/kv/open-kv.js';
import { Lifecycle } from '../../lib/lifecycle/lifecycle.js';
import type { RunningService, ServiceContext } from '../../lib/lifecycle/service-main.js';
import { signAssertion } from '../../lib/rpc/assertion.js';
import { createRpcClient } from '../../lib/rpc/client.js';
import { startRpcServer } from '../../lib/rpc/server.js';
import { Counter, type Registry } from '../../lib/telemetry/metrics.js';
import type { GatekeeperConfig } from './config.js';
import type { GatekeeperContext } from './context.js';
import { startForwardAuthServer } from './forward-auth/forward-auth-server.js';
import { openProviders } from './identity/open-providers.js';
import { StaticIdentities } from './identity/static-identities.js';
import { Assertions } from './keys/assertions.js';
import { type OpenSigningKeys, openSigningKeys } from './keys/signing-keys.js';
import { openLimits } from './open-limits.js';
import { adminCalls, browserCalls, gatekeeperCalls, rateLimitCalls } from './rpc/index.js';
import { reportPlacement } from './rpc/report-placement.js';
import { takeRoom } from './rpc/take-room.js';
import { Sessions } from './sessions/sessions.js';
import { TenantDirectory } from './tenants/tenant-directory.js';

export interface GatekeeperOverrides {
  /** Where sessions and rate windows live. Default: Redis where `REDIS_URL` names one, else this process's memory. */
  readonly kv?: Kv;
  /** A token that signs its first bearer in as this user, for the link that is printed at start. */
  readonly oneTimeSignIn?: { readonly token: string; readonly username: string };
}

export interface Gatekeeper extends RunningService {
  /** Where proxies ask, if `FORWARD_AUTH_ADDRESS` says so. */
  readonly forwardAuthUrl: string | undefined;
}

/** How long a call of tenant-quota may take. */
const TENANT_QUOTA_TIMEOUT_MS = 2_000;

/** Starts the gatekeeper. It answers at once; until tenant-quota has sent the tenants, decisions are `unavailable`. */
export async function startGatekeeper(
  config: GatekeeperConfig,
  { logger, registry, readiness }: ServiceContext,
  overrides: GatekeeperOverrides = {},
): Promise<Gatekeeper> {
  const lifecycle = new Lifecycle(logger);
  const kv = lifecycle.add('kv', overrides.kv ?? openKv(config, logger));
  const keys = lifecycle.add('signing keys', await openSigningKeys(config.signingKeyFile, logger));
  const identities = lifecycle.add('identities', await StaticIdentities.open(config.identityFile, logger));
  const sessions = new Sessions(kv, identities, config.sessionTtlMs);
  const { tenantQuota, placement, assertion } = openTenantQuota(config, keys, lifecycle);
  const directory = lifecycle.add(
    'tenant directory',
    new TenantDirectory({ client: tenantQuota, assertion, readiness, logger }),
  );
  const context: GatekeeperContext = {
    ...openLimits(config, kv, { keys, logger, registry, lifecycle }),
    keys,
    assertions: new Assertions(keys),
    ...openProviders(config, { kv, logger, registry, statics: identities }),
    certificates: identities,
    sessions,
    directory,
    decisions: decisionsCounter(registry),
  };
  if (overrides.oneTimeSignIn)
    await sessions.allowOnce(overrides.oneTimeSignIn.token, overrides.oneTimeSignIn.username);
  const findAdmin = (token: string) => identities.findAdmin(token);
  const routes = (router: ConnectRouter) => {
    router.service(GatekeeperService, gatekeeperCalls(context));
    router.service(RateLimitService, rateLimitCalls(context));
    router.service(RoomService, { takeRoom: takeRoom(context) });
    router.service(BrowserSignInService, browserCalls(context));
    router.service(ReceiverPlacementService, {
      reportPlacement: reportPlacement({ placement, assertion }),
    });
    router.service(AdminAccessService, adminCalls(context, findAdmin));
  };
  const rpc = await startRpcServer({
    address: config.gatekeeperAddress,
    purpose: 'gatekeeper (GATEKEEPER_ADDRESS)',
    routes,
    logger,
    registry,
    verifyAssertion: undefined,
  });
  lifecycle.add('rpc server', rpc);
  const forwardAuth =
    config.forwardAuthAddress && (await startForwardAuthServer(config.forwardAuthAddress, context, logger));
  if (forwardAuth) lifecycle.add('forward auth', forwardAuth);
  directory.start();
  const close = async () => void (await lifecycle.close());
  return { url: rpc.url, forwardAuthUrl: forwardAuth?.url, close };
}

/** Both services of tenant-quota, and what the gatekeeper shows there. */
function openTenantQuota(
  { tenantQuotaUrl: url }: GatekeeperConfig,
  keys: OpenSigningKeys,
  lifecycle: Lifecycle,
) {
  const options = { url, timeoutMs: TENANT_QUOTA_TIMEOUT_MS };
  const tenantQuota = lifecycle.add('tenant-quota client', createRpcClient(TenantQuotaService, options));
  const placement = lifecycle.add('placement client', createRpcClient(PlacementService, options));
  const assertion = () =>
    signAssertion(keys.current, { kind: 'service', service: 'gatekeeper' }, 'tenant-quota');
  return { tenantQuota: tenantQuota.calls, placement: placement.calls, assertion };
}

function decisionsCounter(registry: Registry) {
  return new Counter({
    name: 'gob_gatekeeper_decisions_total',
    help: 'Decisions by call and outcome.',
    labelNames: ['call', 'outcome'] as const,
    registers: [registry],
  });
}
