import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { ClickHouseException } from '../clickhouse-exception.js';
import type { Engine } from '../engine/engine.js';
import { QUERY_ID_SETTING } from '../engine/engine.js';
import type { InsertFigures, QueryFigures } from '../engine/native.js';
import { runRead } from '../engine/read.js';
import type { Spool } from '../engine/spool.js';
import { decodeSql } from '../sql/byte-text.js';
import { rewriteKill } from '../sql/kill.js';
import { stringLiteral } from '../sql/literal.js';
import { buildPrelude, type PreludeParts } from '../sql/prelude.js';
import type { InsertData } from '../sql/statement.js';
import type { Answer } from './answer.js';
import { spoolBody } from './body.js';
import type { QueryRequest } from './query-request.js';
import type { Question } from './statement-source.js';

export interface ExecuteContext {
  readonly engine: Engine;
  readonly spool: Spool;
  readonly maxBodyBytes: number;
  readonly maxResultBytes: number;
}

const NOTHING: QueryFigures = { bytes: new Uint8Array(0), elapsed: 0, rowsRead: 0, bytesRead: 0 };

/**
 * Runs the statement of a request.
 * @param signal fires when the caller is gone; statements that have not started yet are then dropped
 */
export async function execute(
  context: ExecuteContext,
  incoming: IncomingMessage,
  question: Question,
  signal: AbortSignal,
): Promise<Answer> {
  const { request, statement } = question;
  const parts = preludeParts(request);
  if (statement.kind === 'insert-data') {
    if (!('lead' in question)) throw new Error('an INSERT with data comes with its lead');
    return written(await insertData(context, incoming, { ...question, parts, signal }), statement.format);
  }
  const { engine } = context;
  const format = statement.format ?? request.defaultFormat;
  const job = { prelude: buildPrelude(parts), sql: decodeSql(statement.text), format, signal };
  switch (statement.kind) {
    case 'insert-select':
      return written(await engine.insert(job), format);
    case 'read':
      return {
        format,
        result: await runRead(context.engine, context.spool, {
          ...parts,
          statement,
          format,
          signal,
          maxResultBytes: context.maxResultBytes,
        }),
      };
    default: {
      const sql = statement.kind === 'kill' ? rewriteKill(job.sql) : job.sql;
      const figures = await engine.query({ ...job, sql });
      return { format, result: { kind: 'bytes', bytes: Buffer.from(figures.bytes), figures } };
    }
  }
}

function preludeParts(request: QueryRequest): PreludeParts {
  const settings = new Map(request.settings);
  settings.set(QUERY_ID_SETTING, request.queryId);
  // On in the embedded engine, off on a server: `1` alone is no statement there.
  settings.set('implicit_select', '0');
  return {
    settings,
    params: request.params,
    ...(request.database !== undefined && { database: request.database }),
  };
}

interface DataInsert {
  readonly statement: InsertData;
  readonly lead: Buffer;
  readonly isBodyRead: boolean;
  readonly parts: PreludeParts;
  readonly signal: AbortSignal;
}

/**
 * The engine reads the data from a file: its interface for data in memory cuts binary formats at bytes that look like
 * the end of a line, and needs a second copy in memory.
 */
function insertData(
  context: ExecuteContext,
  incoming: IncomingMessage,
  insert: DataInsert,
): Promise<InsertFigures> {
  return context.spool.withFile(async (path) => {
    const { lead, statement, isBodyRead, signal } = insert;
    if (isBodyRead) await writeFile(path, lead, { mode: 0o600 });
    else await spoolBody(incoming, { path, lead, limitBytes: context.maxBodyBytes });
    const source = `FROM INFILE ${stringLiteral(path)} COMPRESSION 'none'`;
    const sql = `${statement.head} ${source} ${statement.settings} FORMAT ${statement.format}`;
    const job = { prelude: buildPrelude(insert.parts), sql: decodeSql(sql), format: 'Null', signal };
    return context.engine.insert(job).catch((error: unknown) => Promise.reject(withoutPath(error, path)));
  });
}

/** The caller sent a body and knows of no file. */
function withoutPath(error: unknown, path: string): unknown {
  if (!(error instanceof ClickHouseException)) return error;
  const message = error.message
    .replaceAll(`: (in file/uri ${path})`, '')
    .replaceAll(path, 'the request body')
    .replaceAll('data for INSERT was parsed from file', 'data for INSERT was parsed from the request body');
  return new ClickHouseException(error.code, error.type, message);
}

function written(figures: InsertFigures, format: string): Answer {
  return { format, written: figures, result: { kind: 'bytes', bytes: Buffer.alloc(0), figures: NOTHING } };
}
