import { addressSettings, identityFileSettings, peerSettings } from '../../lib/config/mesh-settings.js';
import { type ConfigOf, defineSettings } from '../../lib/config/setting.js';
import { durationMs } from '../../lib/config/value-types.js';
import { redisSettings } from '../../lib/kv/redis/redis-settings.js';
import { clickhouseSettings } from '../../lib/store/clickhouse-settings.js';

export const tenantQuotaSettings = defineSettings({
  tenantQuotaAddress: addressSettings.tenantQuotaAddress,
  gatekeeperUrl: peerSettings.gatekeeperUrl,
  ...clickhouseSettings,
  ...identityFileSettings,
  ...redisSettings,
  retentionIntervalMs: {
    yaml: 'tenant_quota.retention_interval',
    env: 'TENANT_QUOTA_RETENTION_INTERVAL',
    type: durationMs,
    default: '1m',
    description:
      'How often retention and storage quotas are looked at, give or take 15 %. Changed limits are applied at once.',
  },
  moveGraceMs: {
    yaml: 'tenant_quota.move_grace',
    env: 'TENANT_QUOTA_MOVE_GRACE',
    type: durationMs,
    default: '10m',
    description:
      'How long the rows of a tenant that was moved stay in its former cell, for queries that began there. Longer than any query, and than a receiver is down for an update.',
  },
});

export type TenantQuotaConfig = ConfigOf<typeof tenantQuotaSettings>;
