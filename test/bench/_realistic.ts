import { randomBytes } from 'node:crypto';
import { ExportTraceServiceRequest } from '../../gen/otlp/opentelemetry/proto/collector/trace/v1/trace_service.js';
import { Random } from '../_util/random.js';
import { int, text } from './_payload.js';

const SERVICES = 30;
const OPERATIONS = 20;
const SPANS_PER_TRACE = 4;
const NANOS_PER_REQUEST = 10_000_000n;
const AGENTS = ['Mozilla/5.0 (X11; Linux x86_64)', 'curl/8.1', 'okhttp/4.2'];
const VERBS = ['GET', 'POST', 'SELECT', 'publish'];
const STATUSES = [200, 200, 200, 404, 500];

/**
 * Traces as a fleet of 30 services sends them: random ids, four spans a trace, durations over four orders of magnitude, twelve
 * attributes of which some hardly ever repeat, eleven on the resource.
 */
export class RealisticTraces {
  readonly #random: Random;
  readonly #startUnixNano: bigint;

  constructor(seed: number, startUnixNano: bigint) {
    this.#random = new Random(seed);
    this.#startUnixNano = startUnixNano;
  }

  /** The `turn`-th request: spans of one service. */
  request(turn: number, spans: number): Buffer {
    const service = `service-${turn % SERVICES}`;
    const startUnixNano = this.#startUnixNano + BigInt(turn) * NANOS_PER_REQUEST;
    let traceId = randomBytes(16);
    const request = ExportTraceServiceRequest.fromPartial({
      resourceSpans: [
        {
          resource: { attributes: this.#resource(service, turn) },
          scopeSpans: [
            {
              scope: { name: 'otelhttp', version: '0.49.0' },
              spans: Array.from({ length: spans }, (_, index) => {
                const isFirst = index % SPANS_PER_TRACE === 0;
                if (isFirst) traceId = randomBytes(16);
                return this.#span(traceId, isFirst, startUnixNano + BigInt(index * 20_000));
              }),
            },
          ],
        },
      ],
    });
    return Buffer.from(ExportTraceServiceRequest.encode(request).finish());
  }

  #resource(service: string, turn: number) {
    const host = turn % 40;
    return [
      ...[
        text('service.name', service),
        text('service.version', `1.2.${turn % 4}`),
        text('host.name', `host-${host}`),
      ],
      ...[text('telemetry.sdk.language', 'go'), text('telemetry.sdk.name', 'opentelemetry')],
      ...[text('telemetry.sdk.version', '1.30.0'), text('k8s.pod.name', `${service}-7d8f9c-${host}`)],
      ...[text('k8s.namespace.name', 'prod'), text('deployment.environment', 'production')],
      ...[text('cloud.region', 'eu-west-1'), text('os.type', 'linux')],
    ];
  }

  #span(traceId: Buffer, isRoot: boolean, startTimeUnixNano: bigint) {
    const durationNano = BigInt(Math.floor(Math.exp(this.#random.next() * 8 + 8)));
    return {
      traceId,
      spanId: randomBytes(8),
      parentSpanId: isRoot ? Buffer.alloc(0) : randomBytes(8),
      name: this.#operation(),
      kind: 1 + this.#random.below(5),
      startTimeUnixNano,
      endTimeUnixNano: startTimeUnixNano + durationNano,
      flags: 257,
      attributes: this.#attributes(),
      status: { code: this.#random.below(17) === 0 ? 2 : 0, message: '' },
    };
  }

  #operation(): string {
    const number = this.#random.below(OPERATIONS);
    return `${VERBS[number % VERBS.length]} /api/v1/resource${number}/{id}`;
  }

  #attributes() {
    const random = this.#random;
    const address = (net: string) => `${net}.${random.below(4)}.${random.below(255)}`;
    return [
      ...[text('http.request.method', 'GET'), text('http.route', this.#operation())],
      int('http.response.status_code', STATUSES[random.below(STATUSES.length)] ?? 200),
      ...[
        text('url.path', `/api/v1/items/${random.below(100_000)}`),
        text('user.id', `user-${random.below(5_000)}`),
      ],
      ...[text('net.peer.ip', address('10.0')), text('client.address', address('192.168'))],
      ...[
        int('db.rows', random.below(1_000)),
        text('server.address', 'shop.example.com'),
        int('server.port', 443),
      ],
      text('user_agent.original', AGENTS[random.below(AGENTS.length)] ?? ''),
      text('request.id', randomBytes(8).toString('hex')),
    ];
  }
}
