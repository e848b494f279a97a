import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Mesh, spawnMesh, startMesh } from '../_util/mesh.js';
import { missingGo, sendWithKlio } from '../_util/otlp-clients.js';
import { describeWithTool } from '../_util/required-tool.js';
import { eventually, getJson } from '../_util/rest.js';
import { type Issued, missingOpenssl, TestCa } from '../_util/test-ca.js';
import { grpcOverTls } from '../integration/otlp-receiver-tls.clients.js';

interface Trace {
  readonly total_spans: number;
  readonly spans: readonly { readonly operation: string; readonly service_name: string }[];
}

const dashed = (id: string): string => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** The receiver's settings, both ports alike. */
function serverEnvironment({ certFile, keyFile }: Issued, clientCaFile: string): Record<string, string> {
  const files = { CERT_FILE: certFile, KEY_FILE: keyFile, CLIENT_CA_FILE: clientCaFile };
  return Object.fromEntries(
    ['GRPC', 'HTTP'].flatMap((port) =>
      Object.entries(files).map(([name, path]) => [`OTLP_${port}_TLS_${name}`, path]),
    ),
  );
}

describeWithTool(missingGo() ?? missingOpenssl(), 'Klio over mutual TLS, without any header', () => {
  let ca: TestCa;
  let klio: Issued;
  let dataDir: string;
  let mesh: Mesh;
  beforeAll(async () => {
    ca = new TestCa();
    klio = ca.issue({ subject: '/CN=klio-server', subjectAltName: 'DNS:klio-server' });
    dataDir = mkdtempSync(join(tmpdir(), 'gob-mesh-'));
    mesh = await startMesh({ dataDir, env: serverEnvironment(ca.issue(), ca.caFile) });
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
    rmSync(dataDir, { recursive: true, force: true });
    ca?.remove();
  });

  const atLocalhost = (url: string) => url.replace('127.0.0.1', 'localhost');
  /** Klio's server: one variable per signal. */
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
    OTEL_METRICS_EXPORTER: 'none',
  });
  /** Klio's sidecars: one variable for all signals. */
  const pluginConfig = (protocol: string, url: string) => ({
    OTEL_SERVICE_NAME: 'klio-plugin',
    OTEL_RESOURCE_DETECTORS: 'telemetry.sdk,host,os.type,process.executable.name',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_ENDPOINT: atLocalhost(url),
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_TIMEOUT: '10000',
    OTEL_EXPORTER_OTLP_INSECURE: 'false',
    OTEL_EXPORTER_OTLP_CERTIFICATE: ca.caFile,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: klio.certFile,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: klio.keyFile,
  });

  async function expectStored(env: Readonly<Record<string, string>>): Promise<void> {
    const report = await sendWithKlio(env, ['-metrics=false']);
    expect(report.spans.length).toBeGreaterThan(4);
    for (const traceId of report.traceIds) {
      const sent = report.spans.filter((span) => span.traceId === traceId);
      const { body } = await eventually(
        () => getJson<Trace>(mesh, `/v3/query/1/traces/${dashed(traceId)}`),
        (answer) => answer.status === 200 && answer.body.spans.length >= sent.length,
      );
      expect(body.spans.map(({ operation }) => operation).sort()).toEqual(
        sent.map(({ name }) => name).sort(),
      );
      expect(new Set(body.spans.map((span) => span.service_name))).toEqual(new Set([env.OTEL_SERVICE_NAME]));
    }
  }

  it('is admitted by its certificate with the environment of its server', { timeout: 600_000 }, () =>
    expectStored(serverConfig()),
  );

  it('is admitted by its certificate with the environment of its sidecars, over gRPC and HTTP', {
    timeout: 600_000,
  }, async () => {
    await expectStored(pluginConfig('grpc', mesh.otlpGrpcUrl));
    await expectStored(pluginConfig('http/protobuf', mesh.otlpHttpUrl));
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
