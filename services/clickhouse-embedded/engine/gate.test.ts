import { describe, expect, it } from 'vitest';
import { StatementGate } from './gate.js';

describe('StatementGate', () => {
  it('hands a turn to the one that waited longest', async () => {
    const gate = new StatementGate({ running: 1, waiting: 2, waitMs: 10_000 });
    const order: string[] = [];
    const leave = await gate.enter();
    const wait = async (name: string): Promise<void> => {
      const leaveAgain = await gate.enter();
      order.push(name);
      leaveAgain();
    };
    const waiting = [wait('second'), wait('third')];
    leave();
    await Promise.all(waiting);
    expect(order).toEqual(['second', 'third']);
    expect(gate.runningStatements).toBe(0);
  });

  it('refuses when too many wait, and when the wait is too long', async () => {
    const gate = new StatementGate({ running: 1, waiting: 1, waitMs: 5 });
    const leave = await gate.enter();
    const waiting = gate.enter();
    await expect(gate.enter()).rejects.toMatchObject({
      code: 202,
      message: expect.stringContaining('queue is full'),
    });
    await expect(waiting).rejects.toMatchObject({
      code: 202,
      message: expect.stringContaining('no turn in 5 ms'),
    });
    leave();
    expect(gate.runningStatements).toBe(0);
  });

  it('forgets who went away while waiting', async () => {
    const gate = new StatementGate({ running: 1, waiting: 1, waitMs: 10_000 });
    const leave = await gate.enter();
    const controller = new AbortController();
    const gone = gate.enter(controller.signal);
    controller.abort(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    leave();
    (await gate.enter())();
    expect(gate.runningStatements).toBe(0);
  });
});
