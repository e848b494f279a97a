import type { SeriesRow } from '../../metric-columns.js';
import type { AttributeSource, Sightings } from '../../sightings.js';
import { decodeText } from '../../text.js';
import type { TranscodeContext } from '../../transcode.js';
import type { AttributeBlock } from '../columns/map-column.js';
import { DayCounts } from './day-counts.js';
import type { MetricTarget, Series } from './known-metrics.js';
import type { MetricTools } from './metric-tools.js';
import { type MetricInRequest, type SeriesNote, SeriesNotes } from './series-notes.js';

const NANOS_PER_SECOND = 1_000_000_000n;

type Tools = Pick<MetricTools, 'source' | 'texts' | 'shared' | 'finder'>;

/** Attributes that all points of a scope or resource share. */
interface SharedNote {
  /** Notes about series that come before. */
  readonly seriesBefore: number;
  readonly source: AttributeSource;
  readonly shared: AttributeBlock;
  readonly pointsByDay: readonly (readonly [day: number, points: number])[];
}

/**
 * Collects what a request must report beside its rows. It is reported only when it is certain that nothing in the request is
 * unusual, and in the order of the reference. Labels are read only then, and only those of series that are new.
 */
export class MetricSightings {
  readonly #tools: Tools;
  readonly #series = new SeriesNotes();
  readonly #shared: SharedNote[] = [];
  readonly #inScope = new DayCounts();
  readonly #inResource = new DayCounts();
  readonly #entries = new Map<AttributeBlock, [string, string][]>();
  #isWanted = false;

  constructor(tools: Tools) {
    this.#tools = tools;
  }

  /** Begins a request; nothing is noted when nobody wants to know. */
  open(isWanted: boolean): void {
    this.#isWanted = isWanted;
    this.clear();
  }

  /** Lets go of the request. */
  clear(): void {
    this.#series.clear();
    this.#shared.length = 0;
    this.#inScope.clear();
    this.#inResource.clear();
    this.#entries.clear();
  }

  point(series: Series, metric: MetricInRequest, day: number): void {
    if (!this.#isWanted) return;
    this.#inScope.add(day, 1);
    this.#series.add(series, metric, day);
  }

  /** To be called behind the last point of a scope. */
  scopeEnds({ scope }: Pick<MetricTarget, 'scope'>): void {
    const pointsByDay = this.#inScope.take();
    for (const [day, points] of pointsByDay) this.#inResource.add(day, points);
    this.#share('scope', scope, pointsByDay);
  }

  /** To be called behind the last scope of a resource. */
  resourceEnds({ resource }: Pick<MetricTarget, 'resource'>): void {
    this.#share('resource', resource, this.#inResource.take());
  }

  #share(source: AttributeSource, shared: AttributeBlock, pointsByDay: SharedNote['pointsByDay']): void {
    if (pointsByDay.length === 0 || shared.keys.length === 0) return;
    this.#shared.push({ seriesBefore: this.#series.length, source, shared, pointsByDay });
  }

  report(sightings: Sightings, context: TranscodeContext): void {
    let reported = 0;
    const reportSeries = (until: number) => {
      for (; reported < until; reported++) this.#reportSeries(this.#series.at(reported), sightings, context);
    };
    for (const { seriesBefore, source, shared, pointsByDay } of this.#shared) {
      reportSeries(seriesBefore);
      for (const [day, points] of pointsByDay)
        sightings.attributes(day, source, this.#entriesOf(shared), points);
    }
    reportSeries(this.#series.length);
  }

  #reportSeries(note: SeriesNote, sightings: Sightings, context: TranscodeContext): void {
    const { series, day, points } = note;
    if (sightings.series(day, series.id, () => this.#row(note, context), points))
      sightings.attributes(day, 'attr', this.#tools.finder.textsOf(series), points);
  }

  #row({ series, metric, day }: SeriesNote, context: TranscodeContext): SeriesRow {
    const { known, description, descriptionEnd } = metric;
    const { resource, scope } = known;
    const { source, finder } = this.#tools;
    const { names } = this.#tools.texts;
    return {
      TenantId: context.tenantId,
      ProjectId: context.projectId,
      Day: day,
      MetricName: names.textOf(known.name),
      SeriesId: series.id,
      Type: known.type,
      Temporality: known.temporality,
      IsMonotonic: known.isMonotonic,
      Unit: names.textOf(known.unit),
      Description: decodeText(source.bytes.subarray(description, descriptionEnd)),
      ServiceName: names.textOf(resource.serviceName),
      ResourceAttrs: this.#entriesOf(resource),
      ScopeName: names.textOf(scope.name),
      ScopeVersion: names.textOf(scope.version),
      ScopeAttrs: this.#entriesOf(scope),
      Attrs: finder.textsOf(series),
      LastSeen: Number(context.nowUnixNano / NANOS_PER_SECOND),
    };
  }

  /** Read once for all series that share them. */
  #entriesOf(shared: AttributeBlock): [string, string][] {
    const entries = this.#entries.get(shared) ?? this.#tools.shared.textsOf(shared);
    this.#entries.set(shared, entries);
    return entries;
  }
}
