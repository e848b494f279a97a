import type { ChildProcess } from 'node:child_process';
import { z } from 'zod';
import type { Readiness } from '../../lib/health/readiness.js';
import type { ReadyMessage } from '../../lib/lifecycle/child-process.js';
import { askForReport } from '../../lib/lifecycle/child-report.js';

/** What a receiver worker announces besides its HTTP address. */
const announcement = z.object({ url: z.string(), grpcUrl: z.string() });

/** How often workers are asked what they wait for. */
const POLL_INTERVAL_MS = 250;

/** The receiver workers as one: ready as soon as one worker is. */
export class ReceiverPool {
  readonly #workers = new Map<string, ChildProcess>();
  readonly #readiness: Readiness;
  readonly #timer: NodeJS.Timeout;
  #asking = false;

  constructor(readiness: Readiness, reportTimeoutMs: number) {
    this.#readiness = readiness;
    readiness.block('workers', 'the receivers are starting');
    this.#timer = setInterval(() => this.#follow(reportTimeoutMs), POLL_INTERVAL_MS);
  }

  add(name: string, worker: ChildProcess): ChildProcess {
    this.#workers.set(name, worker);
    return worker;
  }

  /** Addresses that the workers share. */
  async firstUrls(
    announcements: readonly Promise<ReadyMessage>[],
  ): Promise<{ grpcUrl: string; httpUrl: string }> {
    const [first] = await Promise.all(announcements);
    const { url, grpcUrl } = announcement.parse(first);
    return { grpcUrl, httpUrl: url };
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #follow(timeoutMs: number): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    const reports = await Promise.all(
      [...this.#workers.values()].map((worker) => askForReport(worker, { timeoutMs, metrics: false })),
    );
    this.#asking = false;
    const reasons = reports.map((report) =>
      report ? Object.values(report.blockers)[0] : 'a receiver does not answer',
    );
    const isReady = reasons.some((reason) => reason === undefined);
    if (isReady) this.#readiness.unblock('workers');
    else this.#readiness.block('workers', reasons[0] ?? 'no receiver runs');
  }
}
