import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { AdmitRequestSchema, AdmitResponseSchema } from '../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { ReturnLeasesRequestSchema } from '../../gen/es/gob/gatekeeper/v1/limits_pb.js';
import { TakeRoomResponseSchema } from '../../gen/es/gob/gatekeeper/v1/room_pb.js';
import {
  ProjectSchema,
  TenantLimitsSchema,
  TenantSchema,
} from '../../gen/es/gob/tenantquota/v1/tenantquota_pb.js';
import { loadConfig } from '../../lib/config/load.js';
import type { Kv } from '../../lib/kv/kv.js';
import { Lifecycle } from '../../lib/lifecycle/lifecycle.js';
import { gatekeeperSettings } from '../../services/gatekeeper/config.js';
import type { GatekeeperContext } from '../../services/gatekeeper/context.js';
import { openLimits } from '../../services/gatekeeper/open-limits.js';
import { grantLease } from '../../services/gatekeeper/rate-limit/grant-lease.js';
import { SIGNAL_NAMES } from '../../services/gatekeeper/rate-limit/rate-limits.js';
import { returnLeases } from '../../services/gatekeeper/rpc/return-leases.js';
import type { Admission, ReceivedSignal } from '../../services/otlp-receiver/admission/admission.js';
import type { AdmissionLink } from '../../services/otlp-receiver/admission/admission-link.js';
import { GatekeeperAdmissions } from '../../services/otlp-receiver/admission/gatekeeper-admissions.js';
import { testServiceContext } from './service-context.js';

export interface FleetOptions {
  /** Windows of all gatekeepers. */
  readonly kv: Kv;
  readonly limits: {
    readonly bytesPerSecond: number;
    readonly burstBytes: number;
    readonly itemsPerSecond: number;
  };
  readonly receivers: number;
  readonly gatekeepers: number;
}

export interface Export {
  readonly receiver: number;
  readonly signal: ReceivedSignal;
  readonly bytes: number;
  readonly items: number;
}

export interface Fleet {
  /** True when it was let in; its items are settled at once. */
  send(request: Export): Promise<boolean>;
  /** Calls of the gatekeepers so far. */
  readonly calls: { admit: number; returnLeases: number };
  readonly registry: ReturnType<typeof testServiceContext>['registry'];
  close(): Promise<void>;
}

const TENANT_ID = 22;

/** Receivers and gatekeepers of one tenant, the real parts of both without a network between them. */
export function openFleet(options: FleetOptions): Fleet {
  const calls = { admit: 0, returnLeases: 0 };
  const { logger, registry } = testServiceContext();
  const lifecycle = new Lifecycle(logger);
  const gatekeepers = Array.from({ length: options.gatekeepers }, () =>
    openGatekeeper(options, { lifecycle, calls }),
  );
  const receivers = Array.from({ length: options.receivers }, (_, index) => {
    const link = gatekeepers[index % options.gatekeepers];
    if (!link) throw new RangeError('no gatekeeper');
    return lifecycle.add(`receiver ${index}`, new GatekeeperAdmissions(link, logger));
  });
  return {
    calls,
    registry,
    send: async ({ receiver, signal, bytes, items }) => {
      const admissions = receivers[receiver];
      const question = { token: 't', pathTenantId: 0, pathProjectId: 0n, signal, wireBytes: bytes };
      const admission = await Promise.resolve()
        .then(() => admissions?.admit(question))
        .catch((error): Admission | undefined => {
          if (error.code === 'rate_limited' || error.code === 'payload_too_large') return undefined;
          throw error;
        });
      if (admission) admissions?.settle(admission, signal, items);
      return admission !== undefined;
    },
    close: async () => void (await lifecycle.close()),
  };
}

interface Parts {
  readonly lifecycle: Lifecycle;
  readonly calls: { admit: number; returnLeases: number };
}

function openGatekeeper(
  { kv, limits, gatekeepers }: FleetOptions,
  { lifecycle, calls }: Parts,
): AdmissionLink {
  const config = {
    ...loadConfig(gatekeeperSettings, { argv: [], env: {} }),
    gatekeeperReplicas: gatekeepers,
  };
  const figures = create(TenantLimitsSchema, { ingestBytesPerSecond: BigInt(limits.bytesPerSecond) });
  const own = {
    ingestBurstBytes: BigInt(limits.burstBytes),
    ingestItemsPerSecond: BigInt(limits.itemsPerSecond),
  };
  const tenant = create(TenantSchema, { id: TENANT_ID, path: 'acme', limits: { ...figures, ...own } });
  const tenantLimits = Object.assign(figures, own);
  tenant.limits = tenantLimits;
  const keys = { sealSecret: new Uint8Array(32) };
  const parts = openLimits(config, kv, { ...testServiceContext(), keys, lifecycle });
  const context = { ...parts, directory: { findTenant: () => tenant } } as unknown as GatekeeperContext;
  const project = create(ProjectSchema, { id: 7n, path: 'acme/shop', enabled: true });
  const giveBack = returnLeases(context);
  return {
    admit: async (init) => {
      calls.admit += 1;
      const request = create(AdmitRequestSchema, init);
      const signal = SIGNAL_NAMES[request.signal];
      if (!signal) throw new RangeError('no signal');
      const rate = await grantLease(context, { tenant, limits: tenantLimits, project, signal, request });
      return create(AdmitResponseSchema, {
        tenantId: TENANT_ID,
        projectId: 7n,
        principal: 'p',
        database: 'd',
        limits: { maxRequestBytes: 2n ** 24n, retentionDays: 30 },
        validUntil: timestampFromMs(Date.now() + 1_000),
        ...rate,
      });
    },
    returnLeases: async (init) => {
      calls.returnLeases += 1;
      return giveBack(create(ReturnLeasesRequestSchema, init), undefined as never);
    },
    takeRoom: async () => create(TakeRoomResponseSchema),
    close: () => undefined,
  };
}
