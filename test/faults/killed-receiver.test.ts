import { afterEach, expect, it } from 'vitest';
import { startFaultyProxy } from '../integration/otlp-receiver/durable/faulty-proxy.js';
import { makeDataDir } from '../integration/otlp-receiver/durable/spool.harness.js';
import { startTestStack } from '../integration/otlp-receiver/harness.js';
import { killUnderLoad } from './killed-receiver.js';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const part of open.splice(0).reverse()) await part.close();
});
function opened<T extends { close(): unknown }>(part: T): T {
  open.push(part);
  return part;
}

it.each([
  ['a store that works', 0],
  ['a store that every so often loses its answer', 0.3],
])(
  'a receiver that is killed 15 times under load loses nothing and doubles nothing, with %s',
  async (_name, share) => {
    const stack = opened(await startTestStack());
    const dataDir = opened(makeDataDir());
    const proxy = opened(
      await startFaultyProxy(stack.clickhouse.url, () => (Math.random() < share ? 'cut answer' : 'none')),
    );
    const outcome = await killUnderLoad({
      stack,
      dataDir,
      clickhouseUrl: proxy.url,
      kills: 15,
      maxPerLife: 200,
      senders: 12,
    });
    expect(outcome).toMatchObject({ lost: 0, doubled: 0 });
    expect(outcome.acknowledged).toBeGreaterThan(15);
    expect(dataDir.filesIn('quarantine')).toEqual([]);
  },
);
