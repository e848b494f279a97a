import { LOG_LEVELS } from '../telemetry/logger.js';
import { defineSettings } from './setting.js';
import { address, oneOf, path } from './value-types.js';

/** What is logged, and in which form. */
export const logSettings = defineSettings({
  logLevel: {
    yaml: 'log.level',
    env: 'LOG_LEVEL',
    flags: ['log-level'],
    type: oneOf(...LOG_LEVELS),
    default: 'info',
    description: 'Least severe line that is written to stderr.',
  },
  logFormat: {
    yaml: 'log.format',
    env: 'LOG_FORMAT',
    type: oneOf('json', 'text'),
    default: 'json',
    description: 'Form of log lines: JSON for machines, text for a terminal.',
  },
});

/** Settings that every process of the mesh has. */
export const commonSettings = defineSettings({
  ...logSettings,
  metricsAddress: {
    yaml: 'metrics.address',
    env: 'METRICS_ADDRESS',
    flags: ['metrics-bind-address'],
    type: address,
    default: '127.0.0.1:9464',
    description: 'Where `/live`, `/ready` and Prometheus `/metrics` are served.',
  },
});

/** Settings of processes that keep something on disk. */
export const dataDirSettings = defineSettings({
  dataDir: {
    yaml: 'data_dir',
    env: 'DATA_DIR',
    flags: ['data-dir'],
    type: path,
    default: './data',
    description: 'Directory for everything that must survive a restart. Held by one instance at a time.',
  },
});
