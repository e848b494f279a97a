import { describe, expect, it } from 'vitest';
import { renderStep } from './migration-template.js';

const STEP =
  'CREATE TABLE IF NOT EXISTS {database}.t {on_cluster} (x UInt8) ENGINE = {engine:ReplacingMergeTree(Version)} ORDER BY x SETTINGS {settings}';

describe('renderStep', () => {
  it('makes plain engines for one server', () => {
    expect(renderStep(STEP, { database: 'gob_x', cluster: undefined })).toBe(
      "CREATE TABLE IF NOT EXISTS `gob_x`.t  (x UInt8) ENGINE = ReplacingMergeTree(Version) ORDER BY x SETTINGS non_replicated_deduplication_window = 10000, default_compression_codec = 'ZSTD(1)'",
    );
  });

  it('makes replicated engines on a cluster', () => {
    const sql = renderStep(STEP, { database: 'gob_x', cluster: 'prod-1' });
    expect(sql).toContain("`gob_x`.t ON CLUSTER 'prod-1' (");
    expect(sql).toContain(
      "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}', Version) ORDER BY",
    );
    expect(sql).toContain(
      'replicated_deduplication_window = 10000, replicated_deduplication_window_seconds = 604800',
    );
    const plain = renderStep('ENGINE = {engine:MergeTree}', { database: 'gob_x', cluster: '{cluster}' });
    expect(plain).toBe("ENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')");
  });

  it('makes small granules for tables that are read a few rows at a time, and for no other', () => {
    const render = (table: string) =>
      renderStep(STEP.replace('.t ', `.${table} `), { database: 'gob_x', cluster: undefined });
    expect(render('spans')).toContain('index_granularity = 1024');
    expect(render('spans_of_another_table')).not.toContain('index_granularity');
  });

  it('refuses names that would need more than quotes', () => {
    expect(() => renderStep(STEP, { database: 'a`b', cluster: undefined })).toThrow();
    expect(() => renderStep(STEP, { database: 'a', cluster: "x' --" })).toThrow(/CLICKHOUSE_CLUSTER/);
  });
});
