import { BlockDictionary } from './block-dictionary.js';
import type { ByteDictionary } from './byte-dictionary.js';
import type { WordColumn } from './fixed-columns.js';
import { GrowableBytes } from './growable-bytes.js';
import { MapColumn } from './map-column.js';
import { TableBlock, TableLayout } from './table-block.js';

export { TableLayout };

/** Dictionaries that outlive blocks: instrumentation repeats itself. */
export interface WireTexts {
  readonly names: ByteDictionary;
  readonly keys: ByteDictionary;
}

/** A block whose rows are items with the columns that those of spans and logs share. */
export abstract class RowBlock extends TableBlock {
  readonly serviceName: BlockDictionary;
  readonly resourceHash = new GrowableBytes();
  readonly resourceAttrs: MapColumn;
  readonly resourceSchemaUrl: BlockDictionary;
  readonly scopeName: BlockDictionary;
  readonly scopeVersion: BlockDictionary;
  readonly scopeAttrs: MapColumn;
  readonly scopeSchemaUrl: BlockDictionary;
  readonly attrs: MapColumn;
  readonly attrsNum: MapColumn;
  abstract readonly timestamp: WordColumn;

  constructor(layout: TableLayout, { names, keys }: WireTexts) {
    super(layout);
    this.serviceName = new BlockDictionary(names);
    this.resourceAttrs = new MapColumn(keys);
    this.resourceSchemaUrl = new BlockDictionary(names);
    this.scopeName = new BlockDictionary(names);
    this.scopeVersion = new BlockDictionary(names);
    this.scopeAttrs = new MapColumn(keys);
    this.scopeSchemaUrl = new BlockDictionary(names);
    this.attrs = new MapColumn(keys);
    this.attrsNum = new MapColumn(keys);
  }

  protected sharedColumns() {
    return {
      TenantId: this.tenantId,
      ProjectId: this.projectId,
      ServiceName: this.serviceName,
      ResourceHash: this.resourceHash,
      ResourceAttrs: this.resourceAttrs,
      ResourceSchemaUrl: this.resourceSchemaUrl,
      ScopeName: this.scopeName,
      ScopeVersion: this.scopeVersion,
      ScopeAttrs: this.scopeAttrs,
      ScopeSchemaUrl: this.scopeSchemaUrl,
      Attrs: this.attrs,
      AttrsNum: this.attrsNum,
    };
  }
}
