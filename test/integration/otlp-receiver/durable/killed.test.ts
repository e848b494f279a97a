import { expect, it } from 'vitest';
import { killUnderLoad } from '../../../faults/killed-receiver.js';
import { startTestStack } from '../harness.js';
import { makeDataDir } from './spool.harness.js';

it('a receiver that is killed under load loses nothing and doubles nothing', async () => {
  const dataDir = makeDataDir();
  const stack = await startTestStack();
  try {
    const outcome = await killUnderLoad({
      stack,
      dataDir,
      clickhouseUrl: stack.clickhouse.url,
      kills: 2,
      maxPerLife: 60,
      senders: 6,
    });
    expect(outcome).toMatchObject({ lost: 0, doubled: 0 });
    expect(outcome.acknowledged).toBeGreaterThan(2);
  } finally {
    await stack.close();
    dataDir.close();
  }
});
