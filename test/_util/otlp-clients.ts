import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export type ReportedValue = { readonly type: string; readonly value: unknown };
export type ReportedAttributes = Readonly<Record<string, ReportedValue>>;

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
  readonly scope: { readonly name: string; readonly version: string };
}

/** One metric as the Go client says that it sent it last. */
export interface ReportedMetric {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly kind: 'gauge' | 'sum' | 'histogram';
  readonly monotonic: boolean;
  readonly scope: { readonly name: string; readonly version: string };
  readonly points: readonly ReportedPoint[];
}

/** With a value, or for histograms with the other fields. */
export interface ReportedPoint {
  readonly attributes: ReportedAttributes;
  readonly value?: ReportedValue;
  readonly count?: string;
  readonly sum?: ReportedValue;
  readonly bounds?: readonly number[];
  readonly bucketCounts?: readonly string[];
}

export interface ClientReport {
  readonly traceIds: readonly string[];
  readonly resource: { readonly attributes: ReportedAttributes };
  readonly spans: readonly ReportedSpan[];
  /** Only by the Go client. */
  readonly metrics?: readonly ReportedMetric[];
  /** What the SDK said in its own log; a partial success shows only here. */
  readonly warnings?: readonly string[];
}

const CLIENT_TIMEOUT_MS = 30_000;

/** Sends one known trace with the OpenTelemetry JS SDK. */
export async function sendWithJsSdk(env: Readonly<Record<string, string>>): Promise<ClientReport> {
  const options = { env: { ...process.env, ...env }, timeout: CLIENT_TIMEOUT_MS };
  const { stdout } = await run(process.execPath, ['test/clients/js/send-trace.mjs'], options);
  return JSON.parse(stdout);
}

const KLIO_BINARY = join('node_modules', '.cache', 'gob', 'klio');

/** Why the Klio client cannot run here, or undefined when it can. */
export function missingGo(): string | undefined {
  return spawnSync('go', ['version']).status === 0 ? undefined : 'go is not installed';
}

/** Builds the Klio client (Go's own cache makes a second build cheap) and runs it. */
export async function sendWithKlio(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = [],
): Promise<ClientReport> {
  await run('go', ['build', '-o', join(process.cwd(), KLIO_BINARY), '.'], {
    cwd: 'test/clients/klio',
    timeout: 600_000,
  });
  if (!existsSync(KLIO_BINARY)) throw new Error('the Klio client was not built');
  const { stdout } = await run(KLIO_BINARY, [...args], {
    env: { ...process.env, ...env },
    timeout: CLIENT_TIMEOUT_MS,
  });
  return JSON.parse(stdout);
}

/** How an attribute value is shown by the REST API: text, arrays as JSON. */
export function asStoredText({ type, value }: ReportedValue): string {
  if (!type.endsWith('[]')) return String(value);
  const members = value as readonly unknown[];
  return `[${members.map((member) => (type === 'int[]' ? String(member) : JSON.stringify(member))).join(',')}]`;
}
