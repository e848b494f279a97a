import { type ChildProcess, spawn } from 'node:child_process';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type SupervisedChild,
  type SuperviseOptions,
  superviseChild,
} from '../../../lib/lifecycle/supervise.js';

const logger = pino({ level: 'silent' });
const backoff = { minMs: 5, maxMs: 20 };
let supervised: SupervisedChild | undefined;

afterEach(async () => {
  await supervised?.stop();
});

/** A child that runs this script. */
function child(script: string): () => ChildProcess {
  return () => spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
}

const READY = "process.send({ type: 'ready', url: 'http://127.0.0.1:1' });";
const STAY = 'setInterval(() => {}, 1000);';

function supervise(options: Partial<SuperviseOptions> & Pick<SuperviseOptions, 'spawn'>): SupervisedChild {
  supervised = superviseChild({ name: 'child', logger, backoff, ...options });
  return supervised;
}

describe('superviseChild', () => {
  it('resolves ready with what the child announced, and stops it', async () => {
    const parent = supervise({ spawn: child(READY + STAY) });
    expect(await parent.ready).toEqual({ type: 'ready', url: 'http://127.0.0.1:1' });
    expect(parent.pid).toBeGreaterThan(0);
    await parent.stop();
    expect(await parent.ended).toMatchObject({ reason: 'stopped' });
    expect(parent.pid).toBeUndefined();
  });

  it('starts a child again that was killed', async () => {
    const pids: (number | undefined)[] = [];
    const parent = supervise({ spawn: child(READY + STAY), onReady: () => pids.push(parent.pid) });
    await parent.ready;
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await vi.waitFor(() => expect(pids).toHaveLength(2), 10_000);
    expect(pids[1]).not.toBe(pids[0]);
  });

  it('kills a child that fails its probes, even a stopped one', async () => {
    const pids: (number | undefined)[] = [];
    const parent = supervise({
      spawn: child(READY + STAY),
      onReady: () => pids.push(parent.pid),
      // Never settles for the first child, as when it is stopped.
      probe: () => (pids.length === 1 ? new Promise(() => undefined) : Promise.resolve()),
      probeIntervalMs: 5,
      probeTimeoutMs: 20,
      probeFailures: 2,
    });
    await parent.ready;
    process.kill(pids[0] ?? 0, 'SIGSTOP');
    await vi.waitFor(() => expect(pids).toHaveLength(2), 10_000);
  });

  it('starts a child again that never gets ready', async () => {
    let starts = 0;
    const slow = child(STAY);
    const quick = child(READY + STAY);
    const parent = supervise({
      spawn: () => {
        starts += 1;
        return starts === 1 ? slow() : quick();
      },
      startTimeoutMs: 3_000,
    });
    await parent.ready;
    expect(starts).toBe(2);
  });

  it('gives up on exit codes that a restart cannot cure', async () => {
    const parent = supervise({ spawn: child('process.exit(78)'), fatalExitCodes: [78] });
    await expect(parent.ready).rejects.toThrow('exit code 78');
    expect(await parent.ended).toEqual({ reason: 'gave-up', exitCode: 78 });
  });

  it('survives a program that does not exist', async () => {
    let starts = 0;
    const working = child(READY + STAY);
    const parent = supervise({
      spawn: () => {
        starts += 1;
        return starts === 1
          ? spawn('/nowhere/program', { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
          : working();
      },
    });
    await parent.ready;
    expect(starts).toBe(2);
  });

  it('kills a child that ignores SIGTERM after the grace time', async () => {
    const deaf = `process.on('SIGTERM', () => {}); ${READY}${STAY}`;
    const parent = supervise({ spawn: child(deaf), stopGraceMs: 50 });
    await parent.ready;
    await parent.stop();
    expect(parent.pid).toBeUndefined();
  });

  it('stops when its signal fires', async () => {
    const controller = new AbortController();
    const parent = supervise({ spawn: child(READY + STAY), signal: controller.signal });
    await parent.ready;
    controller.abort();
    expect(await parent.ended).toMatchObject({ reason: 'stopped' });
  });
});
