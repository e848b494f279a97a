// Projects of two tenants, equal in every id and name that senders choose: only a mark, and how many there are of a thing, tells whose
// a thing is.
import { GatekeeperService, Signal } from '../../../gen/es/gob/gatekeeper/v1/gatekeeper_pb.js';
import { createRpcClient } from '../../../lib/rpc/client.js';
import { eventually } from '../../_util/rest.js';
import { insertSpans, NANO_PER_SECOND, spanIdOf, type TestSpan, traceIdOf } from '../query/fixture.js';
import { insertLogs } from '../query/logs/fixture.js';
import { counter, createIngest, DELTA, gauge, NOON, numberPoints } from '../query/metrics/harness.js';
import { histogram } from '../query/metrics/histogram-samples.js';
import { IDENTITIES, startTenantBed, type TenantBed } from './tenants.harness.js';

export interface Owner {
  readonly tenantId: number;
  readonly projectId: number;
  /** In every text of its own that it may have. */
  readonly mark: string;
  /** Of everything that is counted. */
  readonly amount: number;
}
export const OWN: Owner = { tenantId: 70, projectId: 700, mark: 'MARKONE', amount: 2 };
export const OTHER: Owner = { tenantId: 80, projectId: 800, mark: 'MARKTWO', amount: 3 };
/** Another project of the first tenant. */
export const SIBLING: Owner = { tenantId: 70, projectId: 701, mark: 'MARKSIX', amount: 4 };
export const OWNERS = [OWN, OTHER, SIBLING] as const;

export const readerOf = ({ mark }: Owner): string => `token-that-reads-${mark}`;
const senderOf = ({ mark }: Owner): string => `token-that-sends-${mark}`;

export const TRACES = 3;
/** A trace of its own that nobody else has. */
export const ownTraceOf = ({ projectId }: Owner): string => traceIdOf(projectId);
export const START = BigInt(Date.now()) * 1_000_000n - 1_800n * NANO_PER_SECOND;
const CELL = 'gob_cell_default';

/** A rate that is soon exceeded, and time enough for a busy machine. */
const LIMITS = { ingest_bytes_per_second: 1_000, ingest_burst_bytes: 1_000, query_max_seconds: 120 };

export function startIsolationBed(): Promise<TenantBed> {
  const tenant = (id: number) => ({
    ...{ id, path: `tenant-${id}`, limits: { ...LIMITS, storage_bytes: 10 ** 12 + id } },
    projects: OWNERS.filter(({ tenantId }) => tenantId === id).map(({ projectId }) => ({
      ...{ id: projectId, path: `tenant-${id}/project-${projectId}` },
    })),
  });
  const tokens = OWNERS.flatMap((owner) => [
    {
      name: readerOf(owner),
      token: readerOf(owner),
      project: owner.projectId,
      scopes: ['read_observability'],
    },
    {
      name: senderOf(owner),
      token: senderOf(owner),
      project: owner.projectId,
      scopes: ['write_observability'],
    },
  ]);
  const identities = { admins: IDENTITIES.admins, tenants: [tenant(70), tenant(80)], tokens };
  return startTenantBed({ withQuery: true, identities });
}

/** Stores what an owner has, of every kind, and has it run into its rate. */
export async function addDataOf(bed: TenantBed, owner: Owner): Promise<void> {
  await insertSpans(bed, spansOf(owner));
  await addLogs(bed, owner);
  await addMetrics(bed, owner);
  await addCatalogue(bed, owner);
  await addLedger(bed, owner);
  await exceedRate(bed, owner);
}

function spansOf(owner: Owner): TestSpan[] {
  const { tenantId, amount, mark } = owner;
  const projectId = BigInt(owner.projectId);
  const shared = { tenantId, projectId, durationNano: BigInt(amount) * 1_000_000n };
  const columns = { Attrs: `map('key', '${mark}')`, StatusMessage: `'${mark}'` };
  const spans = Array.from({ length: TRACES * amount }, (_, index): TestSpan => {
    const [trace, position] = [Math.floor(index / amount), index % amount];
    return {
      ...{ ...shared, columns, name: 'call', status: trace === 0 ? 'Error' : 'Ok' },
      ...{ traceId: traceIdOf(trace), spanId: spanIdOf(position) },
      ...(position > 0 && { parentSpanId: spanIdOf(position - 1) }),
      startUnixNano: START + BigInt(trace) * NANO_PER_SECOND + BigInt(position),
      service: ['web', 'shop', 'pay', 'bank'][position] ?? '',
    };
  });
  const own = { ...shared, columns, traceId: ownTraceOf(owner), spanId: spanIdOf(9), startUnixNano: START };
  return [...spans, { ...own, service: 'web', name: mark }];
}

/** As many equal records as the owner has, and one with its mark. */
export async function addLogs(bed: TenantBed, owner: Owner, startUnixNano: bigint = START): Promise<void> {
  const { tenantId, mark, amount } = owner;
  const projectId = BigInt(owner.projectId);
  const shared = { tenantId, projectId, service: 'web', traceId: traceIdOf(1), spanId: spanIdOf(0) };
  const attributes = { key: mark };
  const record = (index: number, body: string) => ({
    ...{ ...shared, body, attributes, severityNumber: 8 + index },
    timeUnixNano: startUnixNano + BigInt(index) * NANO_PER_SECOND,
  });
  const equal = Array.from({ length: amount }, (_, index) => record(index, 'same'));
  await insertLogs(bed, [...equal, record(amount, `same ${mark}`)]);
}

async function addMetrics(bed: TenantBed, owner: Owner): Promise<void> {
  const { tenantId, mark, amount } = owner;
  const { ingest, stop } = await createIngest({ clickhouse: { url: bed.clickhouseUrl } });
  const at = Number((START - NOON) / NANO_PER_SECOND);
  const labels = { host: 'h', key: mark };
  const traceIds = [traceIdOf(1)];
  const points = [
    { at, value: BigInt(amount), labels, traceIds },
    { at: at + 60, value: BigInt(10 * amount), labels, traceIds },
  ];
  const quantile = { quantile: 0.5, value: amount };
  const described = { description: mark };
  await ingest(
    [
      { ...gauge('level', points), ...described },
      { ...counter('calls', points), ...described },
      { ...histogram('lat', [{ at, counts: [amount], labels }], DELTA), ...described },
      {
        ...{ name: 'old', ...described },
        summary: {
          dataPoints: numberPoints([points[0] ?? { at, value: 1 }]).map(
            ({ timeUnixNano, startTimeUnixNano, attributes }) => ({
              ...{ timeUnixNano, startTimeUnixNano, attributes, count: BigInt(amount), sum: amount },
              quantileValues: [quantile],
            }),
          ),
        },
      },
    ],
    { tenantId, projectId: BigInt(owner.projectId) },
  );
  await stop();
}

async function addCatalogue(bed: TenantBed, { tenantId, projectId, mark }: Owner): Promise<void> {
  const rows = ['spans', 'logs'].flatMap((signal) => [
    `(${tenantId}, ${projectId}, today(), '${signal}', 'attr', 'key', '${mark}', 1)`,
    `(${tenantId}, ${projectId}, today(), '${signal}', 'attr', 'key.${mark}', 'same', 1)`,
  ]);
  await bed.sql(
    `INSERT INTO ${CELL}.attr_catalog (TenantId, ProjectId, Day, Signal, Source, Key, Value, Rows) VALUES ${rows.join(', ')}`,
  );
}

async function addLedger(bed: TenantBed, { tenantId, projectId, mark, amount }: Owner): Promise<void> {
  const at = `fromUnixTimestamp64Nano(${START}, 'UTC')`;
  await bed.sql(
    `INSERT INTO ${CELL}.ingest_ledger (TenantId, ProjectId, Signal, Minute, ServiceName, ReceivedItems)
     VALUES (${tenantId}, ${projectId}, 'traces', toStartOfMinute(${at}), 'web', ${amount})`,
  );
  await bed.sql(
    `INSERT INTO ${CELL}.ingest_rejects (TenantId, ProjectId, Signal, FirstAt, LastAt, Reason, ServiceName, Detail, Items)
     VALUES (${tenantId}, ${projectId}, 'traces', ${at}, ${at}, 'invalid_id', 'web', '${mark}', ${amount})`,
  );
}

async function exceedRate(bed: TenantBed, owner: Owner): Promise<void> {
  const gatekeeper = createRpcClient(GatekeeperService, { url: bed.gatekeeperUrl, timeoutMs: 5_000 });
  const credential = { form: { case: 'token' as const, value: senderOf(owner) } };
  const wireBytes = 100_000n * BigInt(owner.amount);
  /** Undefined also while the gatekeeper has not heard of the limits. */
  const refusal = async () => {
    const answer = gatekeeper.calls.admit({ credential, signal: Signal.LOGS, wireBytes });
    return answer.then(
      ({ rateRefusal }) => rateRefusal,
      () => undefined,
    );
  };
  for (let refusals = 0; refusals < owner.amount; refusals++)
    await eventually(refusal, (refused) => refused !== undefined);
  gatekeeper.close();
}
