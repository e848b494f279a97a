import { describe, expect, it } from 'vitest';
import { toByteText } from './byte-text.js';
import { rewriteKill } from './kill.js';
import { buildPrelude } from './prelude.js';
import { parseStatement } from './statement.js';
import { tokens } from './tokens.js';

const words = (sql: string) => [...tokens(sql)].map(({ text }) => text);

describe('tokens', () => {
  it('leaves comments out and keeps quoted text whole', () => {
    const sql =
      "SELECT 'a''b\\';' /* ; ' */, `x;y`, \"z\" -- ' rest\n# also\n#!too\n, $tag$ ; ' $tag$, 1.5e3";
    const expected = ['SELECT', "'a''b\\';'", ',', '`x;y`', ',', '"z"', ',', "$tag$ ; ' $tag$", ',', '1.5e3'];
    expect(words(sql)).toEqual(expected);
  });

  it('gives brackets the depth of what is around them', () => {
    expect([...tokens('f(a[1])')].map(({ text, depth }) => `${text}${depth}`)).toEqual([
      'f0',
      '(0',
      'a1',
      '[1',
      '12',
      ']1',
      ')0',
    ]);
  });

  it('ends at an open string', () => {
    expect(words("SELECT 'open")).toEqual(['SELECT']);
  });
});

describe('parseStatement', () => {
  it.each([
    ['SELECT 1', 'read'],
    [' -- why\n(SELECT 1) UNION ALL SELECT 2', 'read'],
    ['WITH 1 AS x SELECT x', 'read'],
    ['EXPLAIN SELECT 1', 'read'],
    ['INSERT INTO t SELECT * FROM u', 'insert-select'],
    ['INSERT INTO t (a) (SELECT 1)', 'insert-select'],
    ['INSERT INTO t WITH 1 AS x SELECT x', 'insert-select'],
    ["KILL QUERY WHERE query_id = 'x'", 'kill'],
    ['CREATE TABLE t (a UInt8) ENGINE = Memory', 'command'],
    ['INSERT INTO t VALUES (1)', 'insert-data'],
  ])('%s is %s', (sql, kind) => {
    expect(parseStatement(sql).kind).toBe(kind);
  });

  it('finds the outermost format and drops a last semicolon', () => {
    const sql =
      "SELECT 'FORMAT CSV', format(a) FROM (SELECT 1 AS format) FORMAT JSON SETTINGS max_threads = 1 ; -- end";
    const statement = parseStatement(sql);
    expect(statement).toMatchObject({
      kind: 'read',
      format: 'JSON',
      formatStart: sql.indexOf('FORMAT JSON'),
    });
    expect(statement.kind === 'read' && statement.text.trimEnd().endsWith('= 1')).toBe(true);
  });

  it.each([
    'SELECT 1; SELECT 2',
    "SELECT ';'; DROP TABLE t",
    'CREATE TABLE t (a UInt8) ENGINE = Memory; ;SELECT 1',
  ])('refuses %s', (sql) => {
    expect(() => parseStatement(sql)).toThrow('Multi-statements are not allowed');
  });

  it.each(['', '  -- nothing\n', ';'])('refuses the empty statement %j', (sql) => {
    expect(() => parseStatement(sql)).toThrow('Empty query');
  });
});

describe('INSERT with data', () => {
  const split = (sql: string) => {
    const statement = parseStatement(sql);
    if (statement.kind !== 'insert-data') throw new Error(statement.kind);
    const { head, settings, format, dataStart } = statement;
    return [head, settings, format, sql.slice(dataStart)];
  };

  it.each([
    ['INSERT INTO t FORMAT Native', ['INSERT INTO t ', '', 'Native', '']],
    ['INSERT INTO t (a, b) FORMAT TSV\n1\t2', ['INSERT INTO t (a, b) ', '', 'TSV', '1\t2']],
    ['INSERT INTO t FORMAT TSV \r\n\nx', ['INSERT INTO t ', '', 'TSV', '\nx']],
    ['INSERT INTO t VALUES (1), (2)', ['INSERT INTO t ', '', 'Values', '(1), (2)']],
    [
      'insert into table d.t settings a = 1, b = 2 format CSV;\n1',
      ['insert into table d.t ', 'settings a = 1, b = 2 ', 'CSV', '1'],
    ],
    ['INSERT INTO `d`.`format` FORMAT CSV', ['INSERT INTO `d`.`format` ', '', 'CSV', '']],
    ['INSERT INTO format FORMAT CSV 1', ['INSERT INTO format ', '', 'CSV', '1']],
    [
      'INSERT INTO {db:Identifier}.{t:Identifier} (`values`) FORMAT CSV',
      ['INSERT INTO {db:Identifier}.{t:Identifier} (`values`) ', '', 'CSV', ''],
    ],
    [
      "INSERT INTO FUNCTION remote('h', d.t) (a) VALUES (1)",
      ["INSERT INTO FUNCTION remote('h', d.t) (a) ", '', 'Values', '(1)'],
    ],
  ])('%s', (sql, expected) => {
    expect(split(sql)).toEqual(expected);
  });

  it('does not read the data as SQL', () => {
    expect(split("INSERT INTO t FORMAT TSV\n'; SELECT 1 /*")).toEqual([
      'INSERT INTO t ',
      '',
      'TSV',
      "'; SELECT 1 /*",
    ]);
  });

  it('counts bytes, so that data after a name with umlauts starts where it should', () => {
    const body = Buffer.from('INSERT INTO `täblé` FORMAT TSV\nwert');
    const statement = parseStatement(body.toString('latin1'));
    expect(statement.kind === 'insert-data' && body.subarray(statement.dataStart).toString()).toBe('wert');
    expect(toByteText('é')).toHaveLength(2);
  });

  it.each([
    ['INSERT INTO t', 'needs a FORMAT'],
    ['INSERT INTO t (a, b)', 'needs a FORMAT'],
    ["INSERT INTO t FROM INFILE 'f' FORMAT TSV", 'infile'],
  ])('refuses %s', (sql, message) => {
    expect(() => parseStatement(sql)).toThrow(message);
  });
});

describe('what is put around a statement', () => {
  it('quotes settings, parameters and the database', () => {
    const settings = new Map([['log_comment', "it's \\"]]);
    const prelude = buildPrelude({ settings, params: new Map([['x', "'"]]), database: 'a`b' });
    expect(prelude).toBe("USE `a\\`b`;SET log_comment = 'it\\'s \\\\', param_x = '\\'';");
  });

  it.each(['a = 1, b', 'a b', '', 'a;', '1a'])('refuses the setting name %j', (name) => {
    expect(() => buildPrelude({ settings: new Map([[name, '1']]), params: new Map() })).toThrow(
      'Unknown setting',
    );
    expect(() => buildPrelude({ settings: new Map(), params: new Map([[name, '1']]) })).toThrow(
      'not an identifier',
    );
  });

  it('makes KILL look where query ids are, and never wait', () => {
    expect(rewriteKill("KILL QUERY WHERE query_id = 'query_id SYNC' SYNC")).toBe(
      "KILL QUERY WHERE Settings['chdb_client_name'] = 'query_id SYNC' ASYNC",
    );
    expect(rewriteKill('KILL QUERY WHERE elapsed > 5')).toBe('KILL QUERY WHERE elapsed > 5');
  });
});
