import type { ReceivedSignal } from '../admission/admission.js';
import { logsSignal } from './logs.js';
import { metricsSignal } from './metrics.js';
import type { SignalDefinition } from './signal.js';
import { tracesSignal } from './traces.js';

export type Signals = Readonly<Record<ReceivedSignal, SignalDefinition>>;

/**
 * Every signal that is received: both transports, the ledger and the check of the tables read it here. To add one, add it here
 * and wherever the compiler then misses it.
 */
export const SIGNALS: Signals = { traces: tracesSignal, metrics: metricsSignal, logs: logsSignal };

/** As health and reflection name them. */
export const EXPORT_SERVICES: readonly string[] = Object.values(SIGNALS).map(
  ({ grpcService }) => grpcService,
);
