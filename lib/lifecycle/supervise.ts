import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { isReadyMessage, type ReadyMessage } from './child-process.js';

export interface SuperviseOptions {
  /** Names the child in log lines. */
  readonly name: string;
  /** Starts one child with an IPC channel (fork, spawn with stdio 'ipc', or a cluster worker's process). */
  readonly spawn: () => ChildProcess;
  /** Rejects when the child does not do its work. Its run time is bounded by `probeTimeoutMs`. */
  readonly probe?: (signal: AbortSignal) => Promise<void>;
  /** Pause between two probes; 5 s. */
  readonly probeIntervalMs?: number;
  /** One probe may take this long; 10 s. */
  readonly probeTimeoutMs?: number;
  /** Probes failing in a row before the child counts as stuck; 3. */
  readonly probeFailures?: number;
  /** From spawn to the ready message; 120 s, since a store may have to recover first. */
  readonly startTimeoutMs?: number;
  /** From SIGTERM to SIGKILL when stopping; 15 s. */
  readonly stopGraceMs?: number;
  /** Pause before a restart, doubled each time up to `maxMs`; 200 ms to 30 s. */
  readonly backoff?: { readonly minMs: number; readonly maxMs: number };
  /** Exit codes that a restart cannot cure, such as a bad configuration; the supervisor gives up on them. */
  readonly fatalExitCodes?: readonly number[];
  /** Called at each start of the child, the first one included. */
  readonly onReady?: (message: ReadyMessage) => void;
  readonly logger: Logger;
  /** Aborting it is the same as calling `stop()`. */
  readonly signal?: AbortSignal;
}

/** How supervision ended: by `stop()`, or because the child exited with a fatal code. */
export interface SupervisionEnd {
  readonly reason: 'stopped' | 'gave-up';
  readonly exitCode: number | null;
}

export interface SupervisedChild {
  /** Process id of the running child; undefined between two children. */
  readonly pid: number | undefined;
  /** The first ready message; rejects when supervision ends before it. */
  readonly ready: Promise<ReadyMessage>;
  /** Resolves when no child runs any more and none will be started. */
  readonly ended: Promise<SupervisionEnd>;
  /** SIGTERM, after the grace time SIGKILL; resolves when the child is gone. Safe to call twice. */
  stop(): Promise<void>;
}

/** Keeps one child process alive: restarts it when it exits, never gets ready, or fails its probes. */
export function superviseChild(options: SuperviseOptions): SupervisedChild {
  return new Supervisor(options);
}

interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

class Supervisor implements SupervisedChild {
  readonly ready: Promise<ReadyMessage>;
  readonly ended: Promise<SupervisionEnd>;
  private readonly stopping = new AbortController();
  private child: ChildProcess | undefined;
  private resolveReady: (message: ReadyMessage) => void = () => undefined;
  private rejectReady: (error: Error) => void = () => undefined;

  constructor(private readonly options: SuperviseOptions) {
    this.ready = new Promise((resolve, reject) => {
      this.resolveReady = resolve;
      this.rejectReady = reject;
    });
    // Callers that only watch `ended` must not die of an unhandled rejection.
    this.ready.catch(() => undefined);
    this.ended = this.keepAlive();
    if (options.signal?.aborted) void this.stop();
    else options.signal?.addEventListener('abort', () => void this.stop(), { once: true });
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  private async keepAlive(): Promise<SupervisionEnd> {
    const { minMs, maxMs } = this.options.backoff ?? { minMs: 200, maxMs: 30_000 };
    let pauseMs = minMs;
    for (;;) {
      if (this.stopping.signal.aborted) return this.end('stopped', null);
      const startedMs = performance.now();
      const exit = await this.runOnce();
      if (this.stopping.signal.aborted) return this.end('stopped', exit.code);
      const fatal = exit.code !== null && (this.options.fatalExitCodes ?? []).includes(exit.code);
      if (fatal) return this.end('gave-up', exit.code);
      if (performance.now() - startedMs > maxMs) pauseMs = minMs;
      this.options.logger.warn(
        { child: this.options.name, exitCode: exit.code, exitSignal: exit.signal, restartInMs: pauseMs },
        'child process ended; starting it again',
      );
      await this.sleep(pauseMs);
      pauseMs = Math.min(pauseMs * 2, maxMs);
    }
  }

  /** One child from spawn to exit. */
  private async runOnce(): Promise<Exit> {
    const over = new AbortController();
    let child: ChildProcess;
    try {
      child = this.options.spawn();
    } catch (error) {
      this.options.logger.error(
        { child: this.options.name, err: error },
        'child process could not be started',
      );
      return { code: null, signal: null };
    }
    this.child = child;
    const exited = exitOf(child);
    const stop = () => void this.terminate(child, exited);
    this.stopping.signal.addEventListener('abort', stop, { once: true });
    if (this.stopping.signal.aborted) stop();
    void this.watch(child, over.signal);
    const exit = await exited;
    over.abort();
    this.stopping.signal.removeEventListener('abort', stop);
    this.child = undefined;
    return exit;
  }

  /** Waits for the ready message, then probes until the child is over; kills a child that fails either. */
  private async watch(child: ChildProcess, over: AbortSignal): Promise<void> {
    const message = await readyMessage(child, this.options.startTimeoutMs ?? 120_000, over);
    if (over.aborted || this.stopping.signal.aborted) return;
    if (message === undefined) return this.kill(child, 'did not get ready in time');
    this.options.logger.info(
      { child: this.options.name, pid: child.pid, url: message.url },
      'child process is ready',
    );
    this.resolveReady(message);
    this.options.onReady?.(message);
    let failures = 0;
    while (this.options.probe !== undefined) {
      await delay(this.options.probeIntervalMs ?? 5_000, undefined, { signal: over, ref: false }).catch(
        () => undefined,
      );
      if (over.aborted || this.stopping.signal.aborted) return;
      failures = (await this.probeOnce(this.options.probe)) ? 0 : failures + 1;
      if (failures >= (this.options.probeFailures ?? 3) && !over.aborted) return this.kill(child, 'is stuck');
    }
  }

  private async probeOnce(probe: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const signal = AbortSignal.timeout(this.options.probeTimeoutMs ?? 10_000);
    const late = once(signal, 'abort').then(() => Promise.reject(new Error('probe timed out')));
    try {
      await Promise.race([probe(signal), late]);
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.options.logger.warn({ child: this.options.name, reason }, 'child process failed its probe');
      return false;
    }
  }

  /** SIGKILL at once: a stuck or stopped process does not act on SIGTERM. */
  private kill(child: ChildProcess, why: string): void {
    this.options.logger.error(
      { child: this.options.name, pid: child.pid },
      `child process ${why}; killing it`,
    );
    child.kill('SIGKILL');
  }

  private async terminate(child: ChildProcess, exited: Promise<Exit>): Promise<void> {
    child.kill('SIGTERM');
    const graceMs = this.options.stopGraceMs ?? 15_000;
    const timer = setTimeout(() => this.kill(child, 'did not stop in time'), graceMs);
    await exited;
    clearTimeout(timer);
  }

  private async sleep(ms: number): Promise<void> {
    await delay(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }

  private end(reason: SupervisionEnd['reason'], exitCode: number | null): SupervisionEnd {
    this.rejectReady(new Error(`${this.options.name} ended before it was ready (exit code ${exitCode})`));
    if (reason === 'gave-up') {
      this.options.logger.error(
        { child: this.options.name, exitCode },
        'child process cannot run; not restarting it',
      );
    }
    return { reason, exitCode };
  }
}

/** Resolves on exit, and also when the process could not be spawned at all. */
function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => {
      if (child.pid === undefined) resolve({ code: null, signal: null });
    });
  });
}

/** The ready message, or undefined after `timeoutMs` or when `over` fires. */
function readyMessage(
  child: ChildProcess,
  timeoutMs: number,
  over: AbortSignal,
): Promise<ReadyMessage | undefined> {
  return new Promise((resolve) => {
    const finish = (message: ReadyMessage | undefined): void => {
      clearTimeout(timer);
      child.off('message', onMessage);
      over.removeEventListener('abort', onOver);
      resolve(message);
    };
    const onMessage = (message: unknown): void => {
      if (isReadyMessage(message)) finish(message);
    };
    const onOver = (): void => finish(undefined);
    const timer = setTimeout(() => finish(undefined), timeoutMs);
    child.on('message', onMessage);
    over.addEventListener('abort', onOver, { once: true });
  });
}
