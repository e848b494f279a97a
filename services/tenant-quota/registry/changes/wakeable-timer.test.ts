import { it } from 'vitest';
import { WakeableTimer } from './wakeable-timer.js';

it('WakeableTimer ends a wait at its time, at a wake-up, and at one that came before', async () => {
  const timer = new WakeableTimer();
  await timer.wait(1);
  const waiting = timer.wait(3_600_000);
  timer.wake();
  await waiting;
  timer.wake();
  await timer.wait(3_600_000);
});
