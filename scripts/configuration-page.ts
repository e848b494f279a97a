import { gatewaySettings } from '../gateway/config.js';
import { commonSettings, dataDirSettings } from '../lib/config/common-settings.js';
import { renderSettingsTable } from '../lib/config/render.js';
import { allInOneSettings } from '../services/all-in-one/config.js';
import { embeddedSettings } from '../services/clickhouse-embedded/config.js';
import { gatekeeperSettings } from '../services/gatekeeper/config.js';
import { otlpReceiverSettings } from '../services/otlp-receiver/config.js';
import { querySettings } from '../services/query/config.js';
import { tenantQuotaSettings } from '../services/tenant-quota/config.js';

const INTRODUCTION = `# Configuration

<!-- Made by \`npm run docs\` from the settings in the code; a test fails when this page differs from them. -->

Every process reads: defaults < YAML file (\`--config FILE\` or \`CONFIG_FILE\`) < environment < flags. An empty environment
variable counts as unset. A start with bad values ends with one message that lists all of them. \`--help\` lists the
settings of a process.

The YAML file may be an OpenTelemetry Collector's: \`receivers.otlp\` is read, its other sections are skipped.
\`npm start\` passes flags after \`--\`: \`npm start -- --log-level debug\`.

`;

/** The whole of docs/configuration.md. */
export function renderConfigurationPage(): string {
  const { receiverWorkers, gatekeeperAddress, tenantQuotaAddress, queryAddress } = allInOneSettings;
  const tables = [
    renderSettingsTable('Every process', commonSettings),
    renderSettingsTable('All-in-one (`npm start`)', {
      ...dataDirSettings,
      receiverWorkers,
      gatekeeperAddress,
      tenantQuotaAddress,
      queryAddress,
    }),
    'It also reads every setting below; the services find each other by themselves.\n',
    renderSettingsTable('OTLP receiver', otlpReceiverSettings),
    renderSettingsTable('Gatekeeper', gatekeeperSettings),
    renderSettingsTable('Tenant-quota', tenantQuotaSettings),
    renderSettingsTable('Query', querySettings),
    renderSettingsTable('Gateway', gatewaySettings),
    renderSettingsTable('Embedded ClickHouse', embeddedSettings),
  ];
  return `${INTRODUCTION}${tables.join('\n')}`;
}
