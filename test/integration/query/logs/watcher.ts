import type { TailLogsResponse } from '../../../../gen/es/gob/query/v1/logs_pb.js';
import { fromConnectError } from '../../../../lib/errors/connect.js';
import { eventually } from '../../../_util/rest.js';

/** A stream that is read in the background. */
export class Watcher {
  readonly events: TailLogsResponse['event'][] = [];
  readonly #leaving = new AbortController();
  /** Resolves with what ended the stream. */
  readonly ended: Promise<unknown>;

  constructor(stream: (signal: AbortSignal) => Promise<AsyncIterable<TailLogsResponse>>) {
    this.ended = this.#read(stream).catch((thrown: unknown) => fromConnectError(thrown));
  }

  async #read(stream: (signal: AbortSignal) => Promise<AsyncIterable<TailLogsResponse>>): Promise<'end'> {
    for await (const { event } of await stream(this.#leaving.signal)) this.events.push(event);
    return 'end';
  }

  get bodies(): string[] {
    return this.events
      .flatMap((event) => (event.case === 'records' ? event.value.logs : []))
      .map((log) => log.body);
  }

  get dropped(): number {
    const counts = this.events.map((event) => (event.case === 'dropped' ? Number(event.value.count) : 0));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async started(): Promise<this> {
    await eventually(
      async () => this.events[0]?.case,
      (name) => name === 'started',
    );
    return this;
  }

  async shows(count: number): Promise<string[]> {
    return eventually(
      async () => this.bodies,
      (bodies) => bodies.length >= count,
    );
  }

  async leave(): Promise<void> {
    this.#leaving.abort();
    await this.ended;
  }
}
