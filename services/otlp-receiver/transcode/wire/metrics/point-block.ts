import type { NativeBlock } from '../../../native/block.js';
import { type MetricType, POINT_COLUMNS, pointTable } from '../../metric-columns.js';
import type { TranscodeContext } from '../../transcode.js';
import { type BlockColumn, isFixed } from '../columns/block-columns.js';
import { BlockDictionary } from '../columns/block-dictionary.js';
import { FixedColumns, WordColumn } from '../columns/fixed-columns.js';
import { TableBlock, TableLayout } from '../columns/table-block.js';
import { TimeCheck } from '../time-check.js';
import type { MetricTools } from './metric-tools.js';

type ColumnsOf<T extends MetricType> = ReturnType<(typeof POINT_COLUMNS)[T]>;
type CommonName = 'TenantId' | 'ProjectId' | 'MetricName' | 'SeriesId' | 'Timestamp' | 'StartTime' | 'Flags';
/** The columns that a kind of points has besides those of all. */
type OwnColumns<T extends MetricType> = Readonly<
  Record<Exclude<keyof ColumnsOf<T>, CommonName>, BlockColumn>
>;

/** The table of one kind of points while a block is built. */
export class PointBlock extends TableBlock {
  readonly metricName: BlockDictionary;
  readonly seriesId = new WordColumn(2);
  readonly timestamp = new WordColumn(2);
  readonly startTime = new WordColumn(2);
  readonly flags = new WordColumn(1);
  /** Columns that are written by row index. */
  readonly fixed: FixedColumns;
  /** Every table has days of its own. */
  readonly times: TimeCheck;
  protected readonly columns: Readonly<Record<string, BlockColumn>>;

  private constructor(
    type: MetricType,
    { source, texts }: MetricTools,
    own: Readonly<Record<string, BlockColumn>>,
  ) {
    super(new TableLayout(pointTable(type), POINT_COLUMNS[type]()));
    const { seriesId, timestamp, startTime, flags } = this;
    this.metricName = new BlockDictionary(texts.names);
    this.times = new TimeCheck(source);
    this.columns = {
      TenantId: this.tenantId,
      ProjectId: this.projectId,
      MetricName: this.metricName,
      SeriesId: seriesId,
      Timestamp: timestamp,
      StartTime: startTime,
      Flags: flags,
      ...own,
    };
    this.fixed = new FixedColumns(Object.values(this.columns).filter(isFixed));
  }

  static of<T extends MetricType>(type: T, tools: MetricTools, own: OwnColumns<T>): PointBlock {
    return new PointBlock(type, tools, own);
  }

  /** Without rows there is no block. */
  blocks(context: TranscodeContext): NativeBlock[] {
    if (this.rows === 0) return [];
    this.appendOwner(context);
    return [this.finish([...this.times.days])];
  }
}
