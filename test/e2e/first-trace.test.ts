import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Mesh, startMesh } from '../_util/mesh.js';
import {
  asStoredText,
  type ClientReport,
  missingGo,
  type ReportedAttributes,
  type ReportedSpan,
  sendWithJsSdk,
  sendWithKlio,
} from '../_util/otlp-clients.js';
import { describeWithTool } from '../_util/required-tool.js';
import { getJson } from '../_util/rest.js';

interface RestSpan {
  readonly span_id: string;
  readonly [field: string]: unknown;
}

const VISIBLE_WITHIN_MS = 3_000;

let mesh: Mesh;
beforeAll(async () => {
  mesh = await startMesh();
});
afterAll(async () => {
  expect(await mesh.stop()).toBe(0);
});

const dashed = (id: string): string => id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
const texts = (attributes: ReportedAttributes) =>
  Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, asStoredText(value)]));
const iso = (unixNano: string): string => {
  const nanos = BigInt(unixNano);
  const seconds = new Date(Number(nanos / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
};

/** A span as REST must show it, from what the client says that it sent. */
function expectedSpan(span: ReportedSpan, report: ClientReport) {
  return {
    timestamp: iso(span.startUnixNano),
    span_id: span.spanId.toUpperCase(),
    trace_id: dashed(span.traceId),
    parent_span_id: span.parentSpanId.toUpperCase(),
    service_name: report.resource.attributes['service.name']?.value,
    operation: span.name,
    duration_nano: Number(BigInt(span.endUnixNano) - BigInt(span.startUnixNano)),
    status_code: `STATUS_CODE_${span.status.code.toUpperCase()}`,
    status_message: span.status.message,
    span_kind: `SPAN_KIND_${span.kind.toUpperCase()}`,
    scope_name: span.scope.name,
    scope_version: span.scope.version,
    span_attributes: texts(span.attributes),
    resource_attributes: texts(report.resource.attributes),
    events: span.events.map((event) => ({
      timestamp: iso(event.timeUnixNano),
      name: event.name,
      attributes: texts(event.attributes),
    })),
    links: span.links.map((link) => ({
      trace_id: dashed(link.traceId),
      span_id: link.spanId.toUpperCase(),
      attributes: texts(link.attributes),
    })),
  };
}

interface RestTrace {
  readonly spans: RestSpan[];
  readonly total_spans: number;
}

/** An acknowledged export is on disk; it can be queried as soon as its segment is stored. */
async function storedTrace(traceId: string, spans: number): Promise<RestTrace> {
  const path = `/v3/query/1/traces/${dashed(traceId)}`;
  let trace: RestTrace | undefined;
  const look = async () => {
    const { status, body } = await getJson<RestTrace>(mesh, path);
    trace = status === 200 ? body : undefined;
    return trace?.total_spans;
  };
  await expect.poll(look, { timeout: VISIBLE_WITHIN_MS, interval: 50 }).toBe(spans);
  return trace ?? { spans: [], total_spans: 0 };
}

async function expectStored(report: ClientReport): Promise<void> {
  expect(report.warnings ?? []).toEqual([]);
  for (const traceId of report.traceIds) {
    const sent = report.spans
      .filter((span) => span.traceId === traceId)
      .map((span) => expectedSpan(span, report));
    const body = await storedTrace(traceId, sent.length);
    const byId = (a: RestSpan, b: RestSpan) => a.span_id.localeCompare(b.span_id);
    expect([...body.spans].sort(byId)).toMatchObject(sent.sort(byId));
  }
}

describe('the OpenTelemetry JS SDK', () => {
  it.each(['http/protobuf', 'http/json'])(
    'sends by %s and finds the same spans by REST, attribute by attribute',
    async (protocol) => {
      const report = await sendWithJsSdk({
        OTEL_EXPORTER_OTLP_ENDPOINT: mesh.otlpHttpUrl,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer%20${mesh.ingestToken}`,
        OTEL_SERVICE_NAME: 'shop',
      });
      await expectStored(report);
    },
  );

  it('sees its trace in the list and its service among the services', async () => {
    const { body } = await getJson<{
      traces: { service_name: string; total_spans: number; error_span_count: number; in_progress: boolean }[];
    }>(mesh, '/v3/query/1/traces?period=1h');
    const trace = body.traces.find(({ service_name }) => service_name === 'shop');
    expect(trace).toMatchObject({
      operation: 'POST /checkout',
      total_spans: 3,
      error_span_count: 1,
      in_progress: false,
    });
    expect((await getJson<object>(mesh, '/v3/query/1/services')).body).toEqual({
      services: expect.arrayContaining([{ name: 'shop' }]),
    });
  });

  it('fails with a wrong token, and stores nothing', async () => {
    const before = await getJson<{ traces: unknown[] }>(mesh, '/v3/query/1/traces?period=1h');
    const attempt = sendWithJsSdk({
      OTEL_EXPORTER_OTLP_ENDPOINT: mesh.otlpHttpUrl,
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20not-a-token-at-all',
      OTEL_SERVICE_NAME: 'intruder',
    });
    await expect(attempt).rejects.toThrow();
    expect(
      (await getJson<{ traces: unknown[] }>(mesh, '/v3/query/1/traces?period=1h')).body.traces,
    ).toHaveLength(before.body.traces.length);
  });
});

describeWithTool(missingGo(), 'the Klio client', () => {
  const environment = () => ({
    OTEL_SERVICE_NAME: 'klio-plugin',
    OTEL_RESOURCE_DETECTORS: 'telemetry.sdk,host,os.type,process.executable.name',
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_ENDPOINT: mesh.otlpGrpcUrl,
    OTEL_EXPORTER_OTLP_INSECURE: 'true',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${mesh.ingestToken}`,
    POD_NAME: 'cluster-example-1',
  });

  it('sends its four backup spans over gRPC, and the failed step with its exception', {
    timeout: 600_000,
  }, async () => {
    for (const args of [['-metrics=false'], ['-metrics=false', '-fail']]) {
      const report = await sendWithKlio(environment(), args);
      const names = report.spans.filter(({ scope }) => scope.name === 'klio.backup').map(({ name }) => name);
      expect(names.sort()).toEqual(expect.arrayContaining(['backup', 'backup_run']));
      await expectStored(report);
    }
  });
});
