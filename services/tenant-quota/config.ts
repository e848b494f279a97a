import { addressSettings, identityFileSettings, peerSettings } from '../../lib/config/mesh-settings.js';
import { type ConfigOf, defineSettings } from '../../lib/config/setting.js';
import { clickhouseSettings } from '../../lib/store/clickhouse-settings.js';

export const tenantQuotaSettings = defineSettings({
  tenantQuotaAddress: addressSettings.tenantQuotaAddress,
  gatekeeperUrl: peerSettings.gatekeeperUrl,
  ...clickhouseSettings,
  ...identityFileSettings,
});

export type TenantQuotaConfig = ConfigOf<typeof tenantQuotaSettings>;
