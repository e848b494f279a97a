import { Numbers } from '../columns/numbers.js';
import type { KnownMetric, Series } from './known-metrics.js';

/** A metric as it stands in the request. */
export interface MetricInRequest {
  readonly known: KnownMetric;
  /** Where the description lies. */
  readonly description: number;
  readonly descriptionEnd: number;
}

/** The points of one series on one day in one request. */
export interface SeriesNote {
  readonly series: Series;
  /** That of the first of them. */
  readonly metric: MetricInRequest;
  readonly day: number;
  readonly points: number;
}

/** Which series a request has points of, by day and in order of appearance. Lists side by side: a point costs no object. */
export class SeriesNotes {
  readonly #series: Series[] = [];
  readonly #metrics: MetricInRequest[] = [];
  readonly #days = new Numbers();
  readonly #points = new Numbers();
  /** Index of the note about the same series that was made before, counted from 1. */
  readonly #before = new Numbers();
  #request = 0;

  get length(): number {
    return this.#series.length;
  }

  /** Begins a request. */
  clear(): void {
    this.#request++;
    this.#series.length = this.#metrics.length = 0;
    for (const list of [this.#days, this.#points, this.#before]) list.length = 0;
  }

  add(series: Series, metric: MetricInRequest, day: number): void {
    const last = series.notedRequest === this.#request ? series.lastNote : 0;
    for (let note = last; note > 0; note = this.#before.values[note - 1] as number) {
      if (this.#days.values[note - 1] !== day) continue;
      this.#points.values[note - 1] = (this.#points.values[note - 1] as number) + 1;
      return;
    }
    this.#series.push(series);
    this.#metrics.push(metric);
    this.#days.push(day);
    this.#points.push(1);
    this.#before.push(last);
    series.notedRequest = this.#request;
    series.lastNote = this.#series.length;
  }

  at(index: number): SeriesNote {
    return {
      series: this.#series[index] as Series,
      metric: this.#metrics[index] as MetricInRequest,
      day: this.#days.values[index] as number,
      points: this.#points.values[index] as number,
    };
  }
}
