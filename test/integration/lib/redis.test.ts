import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../../lib/config/load.js';
import type { Kv } from '../../../lib/kv/kv.js';
import { MemoryKv } from '../../../lib/kv/memory-kv.js';
import { connectRedis } from '../../../lib/kv/redis/connect-redis.js';
import { RedisKv } from '../../../lib/kv/redis/redis-kv.js';
import { redisSettings } from '../../../lib/kv/redis/redis-settings.js';
import { redisUrl } from '../../../lib/kv/redis/redis-url.js';
import { takeLock } from '../../../lib/kv/short-lock.js';
import type { WindowRequest } from '../../../lib/kv/window.js';
import { KvLocks } from '../../../services/tenant-quota/locks/kv-locks.js';
import { describeKvContract } from '../../_util/kv-contract.js';
import { Random } from '../../_util/random.js';
import { missingRedis, openTestKv, type RedisServer, startRedis } from '../../_util/redis-server.js';
import { describeWithTool } from '../../_util/required-tool.js';
import { testServiceContext } from '../../_util/service-context.js';
import { TestCa } from '../../_util/test-ca.js';
import { eventually } from '../otlp-receiver/harness.js';

let redis: RedisServer;
let opened = 0;
/** A kv with keys of its own, so that tests do not meet. */
const open = (): Kv => redis.open({ REDIS_KEY_PREFIX: `test-${opened++}:` });
const until = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describeWithTool(missingRedis, 'Redis', () => {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.close());

  describeKvContract('RedisKv', async () => ({ kv: open(), advance: until }));

  it('counts in windows exactly as the memory does, whatever is asked', { timeout: 120_000 }, async () => {
    const random = new Random(7);
    const below = (limit: number) => random.below(limit);
    let nowMs = 1_700_000_000_123;
    const memory = new MemoryKv(() => nowMs);
    const target = redisUrl.parse(redis.url);
    const config = loadConfig(redisSettings, { argv: [], env: {} });
    const options = { keyPrefix: 'same:', timeoutMs: 2_000, nowMs: () => nowMs };
    const inRedis = new RedisKv(connectRedis(target, config), { ...options, ...testServiceContext() });
    for (let step = 0; step < 2_000; step++) {
      nowMs += below(10) === 0 ? below(25_000) : below(500);
      const index = Math.floor(nowMs / 1_000) - below(14) + 1;
      const request: WindowRequest = {
        key: `rate:{${below(2)}}`,
        windowMs: 10_000,
        share: below(5) / 4,
        isDryRun: below(4) === 0,
        counters: [
          { name: 'all.bytes', unit: 0, limit: 1_000 + below(100) },
          { name: `${below(2) ? 'traces' : 'logs'}.bytes`, unit: 0, limit: 700 },
          { name: 'all.items', unit: 1, limit: 50 },
        ],
        amounts: [
          { need: below(below(50) === 0 ? 2_000 : 60), demand: below(100), want: below(200) },
          { need: below(4), want: below(20) },
        ],
        adjustments: below(3) === 0 ? [{ index, amounts: [below(200) - 150, below(9) - 6] }] : [],
        ...(below(9) === 0 && {
          ...(below(2) === 0 && { known: 'an epoch before' }),
          seed: [undefined, { index, sums: Array.from({ length: 11 }, () => below(90)) }],
        }),
      };
      const [{ epoch: one, ...ours }, { epoch: other, ...expected }] = [
        await inRedis.spendWindow(request),
        await memory.spendWindow(request),
      ];
      expect([one, other], `step ${step}`).not.toContain('');
      expect(ours, `step ${step}`).toEqual(expected);
    }
    await Promise.all([memory.close(), inRedis.close()]);
  });

  it('is led by one process at a time, and by another one when that is gone', async () => {
    const [kv, other] = [open(), redis.open({ REDIS_KEY_PREFIX: `test-${opened - 1}:` })];
    const [here, there] = [new KvLocks(kv), new KvLocks(other)];
    const first = (await here.tryAcquire('loop')) ?? expect.unreachable();
    expect(await there.tryAcquire('loop')).toBeUndefined();
    await first.verify();
    await first.release();
    const second = (await there.tryAcquire('loop')) ?? expect.unreachable();
    expect(second.fence).toBeGreaterThan(first.fence);
    await expect(first.verify()).rejects.toMatchObject({ code: 'unavailable' });
    await second.verify();
    await second.release();
    await Promise.all([kv.close(), other.close()]);
  });

  it('keeps nothing for good of what is asked about by whoever likes', async () => {
    const kv = open();
    const release = await takeLock(kv, 'a-guessed-token', 60_000);
    expect(await takeLock(kv, 'a-guessed-token', 60_000)).toBeUndefined();
    const admin = new Redis(redis.port);
    const keys = await admin.keys(`test-${opened - 1}:*`);
    expect(keys).toHaveLength(1);
    expect(await admin.pttl(keys[0] ?? '')).toBeGreaterThan(0);
    await release?.();
    expect(await admin.keys(`test-${opened - 1}:*`)).toEqual([]);
    admin.disconnect();
    await kv.close();
  });
});

describeWithTool(missingRedis, 'Redis that comes and goes', () => {
  it('refuses at once while it is away, and works again when it is back', async () => {
    const server = await startRedis();
    const kv = server.open({ REDIS_TIMEOUT: '300ms' });
    await kv.set('a', '1', 60_000);
    await server.stop();
    await eventually(async () => {
      const startedMs = performance.now();
      const error = await kv.get('a').catch((thrown) => thrown);
      expect(error).toMatchObject({ code: 'unavailable' });
      return performance.now() - startedMs < 50;
    });
    await server.start();
    await eventually(async () => (await kv.get('a').catch(() => 'away')) === undefined);
    await kv.close();
    await server.close();
  });

  it('waits for nobody who does not answer, and notices when it answers again', async () => {
    const server = await startRedis();
    const kv = server.open({ REDIS_TIMEOUT: '300ms' });
    await kv.set('a', '1', 60_000);
    server.freeze();
    await expect(kv.get('a')).rejects.toMatchObject({ code: 'unavailable' });
    const startedMs = performance.now();
    await expect(kv.get('a')).rejects.toMatchObject({ code: 'unavailable' });
    expect(performance.now() - startedMs).toBeLessThan(100);
    server.thaw();
    await eventually(async () => (await kv.get('a').catch(() => undefined)) === '1');
    await kv.close();
    await server.close();
  });

  it('is waited for at the start, for a moment', async () => {
    const server = await startRedis();
    const kv = server.open();
    expect(await kv.setIfAbsent('first', '1', 1_000)).toBe(true);
    await kv.close();
    await server.close();
  });
});

describeWithTool(missingRedis, 'Redis in other forms', () => {
  it('serves as a cluster: keys that belong together are in one slot', async () => {
    const server = await startRedis({
      args: ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1'],
      scheme: 'redis+cluster',
    });
    const admin = new Redis(server.port);
    await admin.cluster('ADDSLOTSRANGE', 0, 16_383);
    admin.disconnect();
    const kv = server.open();
    const isSet = () =>
      kv.set('a', '1', 60_000).then(
        () => true,
        () => undefined,
      );
    await eventually(isSet);
    expect(await kv.acquireLock('lead', 'me', 1_000)).toBeGreaterThan(0);
    const counters = [{ name: 'all', unit: 0, limit: 10 }];
    const request = { key: 'rate:{1}', windowMs: 1_000, counters, amounts: [{ need: 1, want: 5 }], share: 1 };
    expect((await kv.spendWindow(request)).granted).toEqual([5]);
    await kv.close();
    await server.close();
  });

  it('is found through Sentinel', async () => {
    const master = await startRedis();
    const sentinel = await startRedis({ sentinelOf: master.port });
    const [through, direct] = [
      openTestKv({ REDIS_URL: `redis+sentinel://127.0.0.1:${sentinel.port}/main` }),
      master.open(),
    ];
    await through.set('a', '1', 60_000);
    expect(await direct.get('a')).toBe('1');
    for (const part of [through, direct, sentinel, master]) await part.close();
  });

  it('is spoken to under TLS, with a password, and believed with a certificate of the right authority only', async () => {
    const ca = new TestCa();
    const { certFile, keyFile } = ca.issue();
    const files = ['--tls-cert-file', certFile, '--tls-key-file', keyFile, '--tls-ca-cert-file', ca.caFile];
    const args = [...files, '--tls-auth-clients', 'no', '--requirepass', 'open/sesame'];
    const server = await startRedis({ scheme: 'rediss', args });
    const url = server.url.replace('//', '//default:open%2Fsesame@');
    const trusting = openTestKv({ REDIS_URL: url, REDIS_CA_FILE: ca.caFile });
    await trusting.set('a', '1', 60_000);
    const doubting = openTestKv({ REDIS_URL: url, REDIS_TIMEOUT: '300ms' });
    await expect(doubting.get('a')).rejects.toMatchObject({ code: 'unavailable' });
    for (const part of [trusting, doubting, server]) await part.close();
    ca.remove();
  });
});
