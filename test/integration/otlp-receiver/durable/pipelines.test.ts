import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '../../../../lib/errors/app-error.js';
import type { OtlpReceiverConfig } from '../../../../services/otlp-receiver/config.js';
import { encodeRequest, exportOverHttp, makeRequest, makeSpan } from '../clients.js';
import {
  admission,
  eventually,
  startTestReceiver,
  startTestStack,
  type TestReceiver,
  type TestStack,
} from '../harness.js';
import { startFaultyProxy } from './faulty-proxy.js';
import { makeDataDir, oneSpan } from './spool.harness.js';

const KIB = 2 ** 10;
const OFF = "Observability is switched off for project acme/shop. Enable it in the project's settings.";

let stack: TestStack;
beforeAll(async () => {
  stack = await startTestStack();
});
afterAll(() => stack?.close());

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part.close();
});
function opened<T extends { close(): unknown }>(part: T): T {
  open.push(part);
  return part;
}

/** Holds inserts into `spans` until they are let through, in the order in which they came. */
class Gate {
  readonly #waiting: (() => void)[] = [];
  #isOpen = false;

  readonly pass = (): Promise<'none'> =>
    new Promise((resolve) => {
      const go = () => resolve('none');
      if (this.#isOpen) go();
      else this.#waiting.push(go);
    });

  async letOneThrough(): Promise<void> {
    const go = await eventually(() => this.#waiting.shift());
    go();
  }

  open(): void {
    this.#isOpen = true;
    for (const go of this.#waiting.splice(0)) go();
  }
}

async function startGated(settings: Partial<OtlpReceiverConfig>) {
  const gate = new Gate();
  const dataDir = opened(makeDataDir());
  const proxy = opened(await startFaultyProxy(stack.clickhouse.url, gate.pass));
  const urls = { clickhouseUrl: proxy.url, gatekeeperUrl: stack.gatekeeper.url };
  const receiver = opened(await startTestReceiver({ ...urls, dataDir: dataDir.path, ...settings }));
  // Before the receiver closes: it waits for what runs.
  opened({ close: () => gate.open() });
  return { gate, dataDir, proxy, receiver };
}

/** The token says whose it is; whatever the tenant, its project has the same number. */
function admitEveryTenant(validMs = 1_000): void {
  stack.gatekeeper.answerWith(({ credential }) => {
    const tenantId = Number(credential?.form.value);
    return admission({ tenantId, projectId: BigInt(tenantId), validMs });
  });
}

const send = (receiver: TestReceiver, tenantId: number, body: Uint8Array) =>
  exportOverHttp(receiver, { body, headers: { 'private-token': String(tenantId) } });

/** One span with random text, so that it takes this much in a block, too. */
const large = (bytes: number) =>
  encodeRequest(makeRequest([makeSpan({ status: { message: randomBytes(bytes / 2).toString('hex') } })]));

const metricOf = async (receiver: TestReceiver, name: string): Promise<number> => {
  const line = (await receiver.context.registry.metrics()).split('\n').find((each) => each.startsWith(name));
  return Number(line?.split(' ').at(-1) ?? 0);
};

describe('tenants are served in turn', () => {
  it("so that a flood neither takes the others' room nor stands before their data", async () => {
    admitEveryTenant();
    const { gate, receiver, dataDir, proxy } = await startGated({
      ingestSegmentBytes: 64 * KIB,
      ingestSegmentMaxAgeMs: 20,
      ingestFlushesPerTable: 1,
      ingestSpoolBytes: 4 * KIB * KIB,
      ingestSpoolTenantPercent: 50,
    });
    const [noisy, quiet] = [31, 32];
    let refused: Awaited<ReturnType<typeof send>> | undefined;
    while (!refused) {
      const answer = await send(receiver, noisy, large(64 * KIB));
      if (answer.status !== 200) refused = answer;
    }
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).not.toBeNull();
    expect(dataDir.spooled().length).toBeGreaterThan(20);

    const traceId = randomBytes(16);
    expect((await send(receiver, quiet, oneSpan(traceId))).status).toBe(200);
    const isStored = async () => (await stack.countOf(traceId)) === 1;
    expect(await isStored()).toBe(false);
    // One insert runs; then the noisy tenant's lane, the one that it shared before it was noisy, and the quiet one's take turns.
    let turns = 0;
    while (!(await isStored())) {
      const before = proxy.tokens.length;
      await gate.letOneThrough();
      await eventually(() => proxy.tokens.length > before || undefined);
      turns++;
    }
    expect(turns).toBeLessThanOrEqual(6);
    expect(dataDir.spooled().length).toBeGreaterThan(10);
  }, 60_000);
});

describe('a pipeline', () => {
  it('that is switched off refuses with the reason, still stores what it acknowledged, then is gone', async () => {
    const tenantId = 41;
    admitEveryTenant(50);
    const { gate, receiver, dataDir } = await startGated({});
    const traceId = randomBytes(16);
    expect((await send(receiver, tenantId, oneSpan(traceId))).status).toBe(200);
    expect(receiver.pipelines.state(tenantId)).toBe('open');
    stack.gatekeeper.answerWith(() => {
      throw new AppError('permission_denied', OFF);
    });
    const refused = await eventually(async () => {
      const answer = await send(receiver, tenantId, oneSpan(randomBytes(16)));
      return answer.status === 200 ? undefined : answer;
    });
    expect(refused.status).toBe(403);
    expect(refused.text()).toContain('Observability is switched off for project acme/shop');
    expect(receiver.pipelines.state(tenantId)).toBe('draining');
    expect(await metricOf(receiver, 'gob_receiver_pipelines{state="draining"}')).toBe(1);
    expect(dataDir.spooled().length).toBeGreaterThan(0);

    gate.open();
    await eventually(async () => (await stack.countOf(traceId)) === 1 || undefined);
    await eventually(() => receiver.pipelines.state(tenantId) === 'closed' || undefined);
    expect(dataDir.spooled()).toEqual([]);
    expect(await metricOf(receiver, 'gob_receiver_pipelines_closed_total{reason="refused"}')).toBe(1);
    expect(await metricOf(receiver, 'gob_receiver_pipelines{state="draining"}')).toBe(0);
  });

  it('is opened by an export and closed when nothing comes, for hundreds of tenants, and leaves no file', async () => {
    admitEveryTenant();
    const { gate, receiver, dataDir } = await startGated({ ingestPipelineIdleMs: 100 });
    gate.open();
    const tenants = Array.from({ length: 300 }, (_, index) => 1_000 + index);
    const answers = await Promise.all(
      tenants.map((tenantId) => send(receiver, tenantId, oneSpan(randomBytes(16)))),
    );
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    await eventually(
      async () =>
        (await metricOf(receiver, 'gob_receiver_pipelines_closed_total{reason="idle"}')) >= 300 || undefined,
    );
    expect(await metricOf(receiver, 'gob_receiver_pipelines{state="open"}')).toBe(0);
    expect(dataDir.spooled()).toEqual([]);
    expect(await metricOf(receiver, 'gob_receiver_spool_bytes')).toBe(0);
  });
});
