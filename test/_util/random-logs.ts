import { ExportLogsServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/logs/v1/logs_service.js';
import { RandomOtlp } from './random-otlp.js';

const SEVERITY_TEXTS = ['INFO', 'warning', ' Error ', 'FATAL4', 'info5', 'ınfo', 'Debug'];

/** Export requests as senders and their mistakes make them. */
export class RandomLogs extends RandomOtlp {
  request(): Uint8Array {
    const resourceLogs = this.resources(() => this.#record()).map(({ scopes, ...resource }) => ({
      ...resource,
      scopeLogs: scopes.map(({ items, ...scope }) => ({ ...scope, logRecords: items })),
    }));
    return ExportLogsServiceRequest.encode(ExportLogsServiceRequest.fromPartial({ resourceLogs })).finish();
  }

  #record() {
    const { random, faults } = this;
    return {
      timeUnixNano: random.chance(0.8) ? this.time() : 0n,
      observedTimeUnixNano: random.chance(faults) ? 2n ** 63n : random.chance(0.7) ? this.time() : 0n,
      severityNumber: random.below(random.chance(faults) ? 300 : 30),
      severityText: random.chance(0.5) ? random.pick(SEVERITY_TEXTS) : this.text(),
      ...(random.chance(0.9) && { body: this.value(0) }),
      attributes: this.attributes(),
      droppedAttributesCount: random.chance(0.2)
        ? random.below(random.chance(faults) ? 2 ** 32 : 2 ** 31)
        : 0,
      flags: random.chance(0.5) ? random.below(2 ** 32) : 0,
      traceId: this.#optionalId(16),
      spanId: this.#optionalId(8),
      eventName: random.chance(0.3) ? this.text() : '',
    };
  }

  /** Zeros are as good as none. */
  #optionalId(size: number): Buffer {
    if (this.random.chance(0.3)) return Buffer.alloc(this.random.chance(0.5) ? size : 0);
    return this.id(size);
  }
}
