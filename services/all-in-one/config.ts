import { gatewaySettings } from '../../gateway/config.js';
import { commonSettings, dataDirSettings } from '../../lib/config/common-settings.js';
import { addressSettings } from '../../lib/config/mesh-settings.js';
import { type ConfigOf, defineSettings } from '../../lib/config/setting.js';
import { integer } from '../../lib/config/value-types.js';
import { gatekeeperSettings } from '../gatekeeper/config.js';
import { otlpReceiverSettings } from '../otlp-receiver/config.js';
import { querySettings } from '../query/config.js';
import { tenantQuotaSettings } from '../tenant-quota/config.js';

/** Inside one machine nobody needs to know these ports, so the system chooses them and two meshes never collide. */
const chosenBySystem = '127.0.0.1:0';

const {
  gatekeeperUrl: _gatekeeper,
  tenantQuotaUrl: _tenantQuota,
  queryUrl: _query,
  ...ownSettings
} = {
  ...gatekeeperSettings,
  ...tenantQuotaSettings,
  ...querySettings,
  ...gatewaySettings,
  ...otlpReceiverSettings,
  ...commonSettings,
  ...dataDirSettings,
};

/** Every service's settings; how they find each other is not one, they are all here. */
export const allInOneSettings = defineSettings({
  ...ownSettings,
  gatekeeperAddress: { ...addressSettings.gatekeeperAddress, default: chosenBySystem },
  tenantQuotaAddress: { ...addressSettings.tenantQuotaAddress, default: chosenBySystem },
  queryAddress: { ...addressSettings.queryAddress, default: chosenBySystem },
  receiverWorkers: {
    yaml: 'receivers.workers',
    env: 'RECEIVER_WORKERS',
    type: integer(1, 64),
    default: undefined,
    description: 'Receiver processes that share the OTLP ports. Unset: half as many as there are processors.',
  },
});

export type AllInOneConfig = ConfigOf<typeof allInOneSettings>;
