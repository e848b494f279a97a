import { execFile, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type ReportedValue = { readonly type: string; readonly value: unknown };
export type ReportedAttributes = Readonly<Record<string, ReportedValue>>;

export interface ReportedScope {
  readonly name: string;
  readonly version: string;
  readonly attributes?: ReportedAttributes;
}

/** One span as the client says that it sent it (test/clients/README.md). */
export interface ReportedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: string;
  readonly startUnixNano: string;
  readonly endUnixNano: string;
  readonly attributes: ReportedAttributes;
  readonly status: { readonly code: string; readonly message: string };
  readonly events: readonly {
    readonly name: string;
    readonly timeUnixNano: string;
    readonly attributes: ReportedAttributes;
  }[];
  readonly links: readonly {
    readonly traceId: string;
    readonly spanId: string;
    readonly attributes: ReportedAttributes;
  }[];
  readonly scope: ReportedScope;
}

/** One metric of one collection. */
export interface ReportedMetric {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly kind: 'gauge' | 'sum' | 'histogram' | 'exp_histogram' | 'summary';
  readonly temporality: 'unspecified' | 'delta' | 'cumulative';
  readonly monotonic: boolean;
  readonly scope: ReportedScope;
  readonly points: readonly ReportedPoint[];
}

export interface ReportedBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly string[];
}

export interface ReportedExemplar {
  readonly timeUnixNano: string;
  readonly value: ReportedValue;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: ReportedAttributes;
}

/** With a value, or for histograms with the other fields. */
export interface ReportedPoint {
  readonly attributes: ReportedAttributes;
  readonly startUnixNano: string;
  readonly timeUnixNano: string;
  readonly flags?: number;
  readonly value?: ReportedValue;
  readonly count?: string;
  readonly sum?: ReportedValue;
  readonly min?: ReportedValue;
  readonly max?: ReportedValue;
  readonly bounds?: readonly number[];
  readonly bucketCounts?: readonly string[];
  readonly scale?: number;
  readonly zeroCount?: string;
  readonly zeroThreshold?: number;
  readonly positive?: ReportedBuckets;
  readonly negative?: ReportedBuckets;
  readonly exemplars?: readonly ReportedExemplar[];
}

export interface ReportedLog {
  readonly timeUnixNano: string;
  readonly observedUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly eventName: string;
  readonly body: ReportedValue;
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly attributes: ReportedAttributes;
  readonly droppedAttributes: number;
  readonly scope: ReportedScope;
}

export interface ClientReport {
  readonly traceIds: readonly string[];
  readonly resource: { readonly attributes: ReportedAttributes };
  readonly spans: readonly ReportedSpan[];
  /** Of each collection that was exported; not by every client. */
  readonly metrics?: readonly ReportedMetric[];
  /** Not by every client. */
  readonly logs?: readonly ReportedLog[];
  /** What the SDK said in its own log; a partial success shows only here. */
  readonly warnings?: readonly string[];
}

const CLIENT_TIMEOUT_MS = 60_000;

async function runJsClient(program: string, env: Readonly<Record<string, string>>): Promise<ClientReport> {
  const options = { env: { ...process.env, ...env }, timeout: CLIENT_TIMEOUT_MS, maxBuffer: 2 ** 24 };
  const { stdout } = await run(process.execPath, [`test/clients/js/${program}.mjs`], options);
  return JSON.parse(stdout);
}

/** Sends one known trace with the OpenTelemetry JS SDK. */
export const sendWithJsSdk = (env: Readonly<Record<string, string>>): Promise<ClientReport> =>
  runJsClient('send-trace', env);

/** Sends a known trace, metrics of every instrument and log records with the OpenTelemetry JS SDK. */
export const sendSignalsWithJsSdk = (env: Readonly<Record<string, string>>): Promise<ClientReport> =>
  runJsClient('send-signals', env);

const KLIO_BINARY = join('node_modules', '.cache', 'gob', 'klio');

/** Why the Klio client cannot run here, or undefined when it can. */
export function missingGo(): string | undefined {
  return spawnSync('go', ['version']).status === 0 ? undefined : 'go is not installed';
}

/**
 * Under a name of this process first: test files that run side by side must not write what another one runs. Go leaves a binary alone
 * that is up to date, so it begins with the last one.
 */
async function buildKlio(): Promise<void> {
  const built = join(process.cwd(), `${KLIO_BINARY}-${process.pid}`);
  if (existsSync(KLIO_BINARY)) copyFileSync(KLIO_BINARY, built);
  await run('go', ['build', '-o', built, '.'], { cwd: 'test/clients/klio', timeout: 600_000 });
  renameSync(built, KLIO_BINARY);
}

let klio: Promise<void> | undefined;

/** Builds the Klio client once in each process and runs it. */
export async function sendWithKlio(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<ClientReport> {
  klio ??= buildKlio();
  await klio;
  const { stdout } = await run(KLIO_BINARY, [...args], {
    env: { ...process.env, ...env },
    timeout: CLIENT_TIMEOUT_MS,
    maxBuffer: 2 ** 24,
  });
  return JSON.parse(stdout);
}

/** How an attribute value is stored and shown: text, lists and maps as JSON. */
export function asStoredText(value: ReportedValue): string {
  if (value.type === 'none') return '';
  return value.type.endsWith('[]') || value.type === 'array' || value.type === 'map'
    ? asStoredJson(value)
    : String(value.value);
}

/** A value within JSON: integers with all digits, keys in byte order. */
function asStoredJson({ type, value }: ReportedValue): string {
  if (type === 'none') return 'null';
  if (type === 'int') return String(value);
  if (type === 'double' && !Number.isFinite(value)) return `"${value}"`;
  if (type === 'array') return `[${(value as readonly ReportedValue[]).map(asStoredJson).join(',')}]`;
  if (type.endsWith('[]')) {
    const members = value as readonly unknown[];
    return `[${members.map((member) => asStoredJson({ type: type.slice(0, -2), value: member })).join(',')}]`;
  }
  if (type !== 'map') return JSON.stringify(value);
  const members = Object.entries(value as ReportedAttributes).sort(([a], [b]) =>
    Buffer.compare(Buffer.from(a), Buffer.from(b)),
  );
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${asStoredJson(member)}`).join(',')}}`;
}
