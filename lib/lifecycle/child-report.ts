import type { ChildProcess } from 'node:child_process';
import type { MetricObjectWithValues, MetricValue, Registry } from 'prom-client';
import { z } from 'zod';
import type { Readiness } from '../health/readiness.js';

/** What a child process tells its parent about itself. */
export interface ChildReport {
  readonly metrics: MetricObjectWithValues<MetricValue<string>>[];
  /** Dependency name to reason; empty when the child is ready. */
  readonly blockers: Readonly<Record<string, string>>;
}

const question = z.object({ type: z.literal('report-please'), id: z.number(), metrics: z.boolean() });
const answer = z.object({
  type: z.literal('report'),
  id: z.number(),
  metrics: z.array(z.custom<MetricObjectWithValues<MetricValue<string>>>()),
  blockers: z.record(z.string(), z.string()),
});

let lastId = 0;

/** Child side: answers the parent's questions over IPC. */
export function answerReports(registry: Registry, readiness: Readiness): void {
  process.on('message', (message) => {
    const asked = question.safeParse(message);
    if (!asked.success) return;
    const metrics = asked.data.metrics ? registry.getMetricsAsJSON() : Promise.resolve([]);
    metrics.then((values) => {
      process.send?.({ type: 'report', id: asked.data.id, metrics: values, blockers: readiness.blockers });
    });
  });
}

export interface ReportOptions {
  readonly timeoutMs: number;
  /** Without it the report's metrics are empty: collecting them takes a loaded child some milliseconds. */
  readonly metrics: boolean;
}

/** Parent side: undefined when the child does not answer in time or is gone. */
export function askForReport(
  child: ChildProcess,
  { timeoutMs, metrics }: ReportOptions,
): Promise<ChildReport | undefined> {
  const id = ++lastId;
  return new Promise((resolve) => {
    const finish = (report: ChildReport | undefined) => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      resolve(report);
    };
    const onMessage = (message: unknown) => {
      const parsed = answer.safeParse(message);
      if (parsed.success && parsed.data.id === id) finish(parsed.data);
    };
    const onExit = () => finish(undefined);
    const timer = setTimeout(onExit, timeoutMs);
    child.on('message', onMessage);
    child.once('exit', onExit);
    if (!child.connected) return onExit();
    child.send({ type: 'report-please', id, metrics }, (error) => {
      if (error) onExit();
    });
  });
}
