import { Action } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import type { SignalName } from '../rate-limit/rate-limits.js';
import type { OriginalRequest } from './original-request.js';

/** What a request needs to be let through. */
export interface RequiredRight {
  readonly action: Action.READ | Action.WRITE;
  /** 0 where the path names none. */
  readonly tenantId: number;
  readonly projectId: bigint;
  /** Of what is sent; undefined for reading. */
  readonly signal: SignalName | undefined;
}

const INGEST =
  /^(?:\/v1|\/observability\/v1|\/v3\/(?<tenant>\d{1,10})\/(?<project>\d{1,20})\/ingest)\/(?<signal>traces|metrics|logs)\/?$/;
const GRPC_METHODS: ReadonlyMap<string, SignalName> = new Map([
  ['/opentelemetry.proto.collector.trace.v1.TraceService/Export', 'traces'],
  ['/opentelemetry.proto.collector.metrics.v1.MetricsService/Export', 'metrics'],
  ['/opentelemetry.proto.collector.logs.v1.LogsService/Export', 'logs'],
]);
const QUERY =
  /^(?:\/v3\/query\/(?<project>\d{1,20})|\/query\/\d{1,20}\/(?<grouped>\d{1,20})\/v1|\/observability\/v1\/(?:analytics|traces|metrics|logs|services))(?:\/|$)/;
const READING: readonly string[] = ['GET', 'HEAD'];

/** Refuses what is no path of the API: what nobody has thought of is not let through. */
export function requiredRight({ method, path }: OriginalRequest): RequiredRight {
  if (method === 'POST') {
    const ingest = INGEST.exec(path)?.groups;
    if (ingest) {
      const { tenant = '0', project = '0', signal } = ingest;
      return write(signal as SignalName, Number(tenant), BigInt(project));
    }
    const grpcSignal = GRPC_METHODS.get(path);
    if (grpcSignal) return write(grpcSignal, 0, 0n);
  }
  const query = QUERY.exec(path)?.groups;
  if (query && READING.includes(method)) {
    const projectId = BigInt(query.project ?? query.grouped ?? '0');
    return { action: Action.READ, tenantId: 0, projectId, signal: undefined };
  }
  throw new AppError(
    'permission_denied',
    `${method.slice(0, 20)} of this path needs a right that nobody has.`,
  );
}

function write(signal: SignalName, tenantId: number, projectId: bigint): RequiredRight {
  return { action: Action.WRITE, tenantId, projectId, signal };
}
