import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStore, type Store } from '../../lib/store/store.js';
import { type EmbeddedClickHouse, startEmbeddedClickHouse } from '../_util/embedded-clickhouse.js';
import { type Mesh, spawnMesh, startMesh } from '../_util/mesh.js';
import { type ClientReport, missingGo, sendWithKlio } from '../_util/otlp-clients.js';
import { describeWithTool } from '../_util/required-tool.js';
import { eventually } from '../_util/rest.js';
import { testServiceContext } from '../_util/service-context.js';
import { expectedOf, expectSameRows, readService } from '../_util/stored-rows.js';
import { type Issued, missingOpenssl, TestCa } from '../_util/test-ca.js';
import { grpcOverTls } from '../integration/otlp-receiver/transport/tls.clients.js';

/** The receiver's settings, both ports alike. */
function serverEnvironment({ certFile, keyFile }: Issued, clientCaFile: string): Record<string, string> {
  const files = { CERT_FILE: certFile, KEY_FILE: keyFile, CLIENT_CA_FILE: clientCaFile };
  return Object.fromEntries(
    ['GRPC', 'HTTP'].flatMap((port) =>
      Object.entries(files).map(([name, path]) => [`OTLP_${port}_TLS_${name}`, path]),
    ),
  );
}

/** The tables of Klio's documentation. */
const KLIO_METRICS = Object.entries({
  backup:
    'running latest_start_time latest_completion_time latest_failure_time latest_duration_seconds successes failures verifications verification_failures',
  wal: 'written_size written latest_written_time',
  consumer:
    'written_size written latest_written_time backup_verification_success backup_verification_failure',
  base: 'snapshots latest_snapshot_size latest_snapshot_files latest_snapshot_dirs latest_snapshot_age oldest_snapshot_age',
  queue: 'messages bytes',
}).flatMap(([group, names]) => names.split(' ').map((name) => `klio.${group}.${name}`));

describeWithTool(missingGo() ?? missingOpenssl(), 'Klio over mutual TLS, without any header', () => {
  let ca: TestCa;
  let klio: Issued;
  let dataDir: string;
  let mesh: Mesh;
  let clickhouse: EmbeddedClickHouse;
  let store: Store;
  beforeAll(async () => {
    clickhouse = await startEmbeddedClickHouse();
    const { logger, registry } = testServiceContext();
    store = createStore({ url: clickhouse.url, logger, registry, application: 'test' });
    ca = new TestCa();
    klio = ca.issue({ subject: '/CN=klio-server', subjectAltName: 'DNS:klio-server' });
    dataDir = mkdtempSync(join(tmpdir(), 'gob-mesh-'));
    const env = { ...serverEnvironment(ca.issue(), ca.caFile), CLICKHOUSE_URL: clickhouse.url };
    mesh = await startMesh({ dataDir, env });
    appendFileSync(
      join(dataDir, 'identity.yaml'),
      'client_certificates:\n  - { subject: "CN=klio-server", project: 1, scopes: [write_observability] }\n',
    );
    const grpc = grpcOverTls({ grpcUrl: mesh.otlpGrpcUrl }, { caFile: ca.caFile, client: klio });
    await eventually(
      () => grpc.export(new Uint8Array()),
      ({ code }) => code === 0,
    );
    grpc.close();
  });
  afterAll(async () => {
    expect(await mesh?.stop()).toBe(0);
    await store?.close();
    await clickhouse?.close();
    rmSync(dataDir, { recursive: true, force: true });
    ca?.remove();
  });

  const atLocalhost = (url: string) => url.replace('127.0.0.1', 'localhost');
  /** What Klio documents for its server, word for word but for where the receiver and the files are. */
  const serverConfig = () => ({
    OTEL_SERVICE_NAME: 'klio-server',
    OTEL_RESOURCE_DETECTORS: 'telemetry.sdk,host,os.type,process.executable.name',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: atLocalhost(mesh.otlpGrpcUrl),
    OTEL_EXPORTER_OTLP_TRACES_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: '10000',
    OTEL_EXPORTER_OTLP_TRACES_INSECURE: 'false',
    OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE: ca.caFile,
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: klio.certFile,
    OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: klio.keyFile,
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_METRIC_EXPORT_INTERVAL: '60000',
    OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: atLocalhost(mesh.otlpGrpcUrl),
    OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '60000',
    OTEL_EXPORTER_OTLP_METRICS_INSECURE: 'false',
    OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE: ca.caFile,
    OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE: klio.certFile,
    OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY: klio.keyFile,
  });
  /** Klio's sidecars: one variable for all signals, the name set per container. */
  const sidecarConfig = (name: string, protocol = 'grpc', url = mesh.otlpGrpcUrl) => ({
    OTEL_SERVICE_NAME: name,
    OTEL_RESOURCE_DETECTORS: 'telemetry.sdk,host,os.type,process.executable.name',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_ENDPOINT: atLocalhost(url),
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_TIMEOUT: '10000',
    OTEL_EXPORTER_OTLP_INSECURE: 'false',
    OTEL_EXPORTER_OTLP_CERTIFICATE: ca.caFile,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: klio.certFile,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: klio.keyFile,
    CONTAINER_NAME: name,
    POD_NAME: 'cluster-example-1',
    NAMESPACE_NAME: 'klio-system',
  });

  /** All of Klio's documented metrics, whatever else the host and the runtime report. */
  function expectWhole({ spans, metrics = [], resource }: ClientReport): void {
    const names = new Set(metrics.map(({ name }) => name));
    expect(KLIO_METRICS.filter((name) => !names.has(name))).toEqual([]);
    const families = new Set([...names].map((name) => name.split('.')[0]));
    expect([...families]).toEqual(expect.arrayContaining(['go', 'klio', 'process', 'rpc', 'system']));
    const spanNames = new Set(spans.map(({ name }) => name));
    for (const name of ['backup', 'backup_run', 'backup_verify', 'backup_maintenance', 'wal_stream'])
      expect(spanNames).toContain(name);
    expect(Object.keys(resource.attributes)).toEqual(
      expect.arrayContaining(['host.name', 'os.type', 'process.executable.name', 'telemetry.sdk.name']),
    );
  }

  async function expectStored(env: Readonly<Record<string, string>>, args: readonly string[] = []) {
    const report = await sendWithKlio(env, args);
    expectWhole(report);
    const expected = expectedOf(report);
    const stored = await eventually(
      () => readService({ store, database: 'gob_cell_default' }, { service: env.OTEL_SERVICE_NAME ?? '' }),
      ({ spans, points }) => spans.length >= expected.spans.length && points.length >= expected.points.length,
    );
    expectSameRows(stored, expected);
    for (const row of [...stored.spans, ...stored.points]) expect(row.ProjectId).toBe('1');
    return report;
  }

  it('is admitted by its certificate with the environment of its server', { timeout: 600_000 }, async () => {
    const report = await expectStored(serverConfig());
    const exemplars = report.metrics?.flatMap(({ points }) =>
      points.flatMap((point) => point.exemplars ?? []),
    );
    expect(exemplars).not.toEqual([]);
  });

  it('is admitted by its certificate with the environment of its sidecars, over gRPC and HTTP', {
    timeout: 600_000,
  }, async () => {
    const report = await expectStored(sidecarConfig('klio-plugin'), ['-fail', '-backups', '2']);
    expect(report.resource.attributes['k8s.pod.name']).toEqual({
      type: 'string',
      value: 'cluster-example-1',
    });
    expect(report.spans.filter(({ status }) => status.code === 'error')).toHaveLength(4);
    await expectStored(sidecarConfig('klio-restore', 'http/protobuf', mesh.otlpHttpUrl));
  });

  it('is refused with a certificate that the identity file does not name', { timeout: 600_000 }, async () => {
    const stranger = ca.issue({ subject: '/CN=stranger' });
    const env = {
      ...serverConfig(),
      OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE: stranger.certFile,
      OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY: stranger.keyFile,
    };
    await expect(sendWithKlio(env, ['-metrics=false'])).rejects.toThrow(
      /"CN=stranger" .* is not among the client_certificates/,
    );
  });
});

it('the mesh does not start with a certificate that is not there, and says so in one line', async () => {
  const started = spawnMesh({
    env: { OTLP_GRPC_TLS_CERT_FILE: '/nowhere/tls.crt', OTLP_GRPC_TLS_KEY_FILE: '/x' },
  });
  expect(await started.exited).toBe(78);
  expect(
    started.output.stderr.match(/OTLP_GRPC_TLS_CERT_FILE: .* cannot be read \(ENOENT\)\./g),
  ).toHaveLength(1);
});
