import type { IncomingMessage } from 'node:http';
import { bytesToText, toByteText } from '../sql/byte-text.js';
import { type InsertData, type PlainStatement, parseStatement } from '../sql/statement.js';
import { MAX_STATEMENT_BODY_BYTES, readBody } from './body.js';
import { multipartBoundary, parseMultipart } from './multipart.js';
import { headerOf, type QueryRequest } from './query-request.js';

/** A request with its statement found, wherever it was. */
export type Question =
  | { readonly request: QueryRequest; readonly statement: PlainStatement }
  | {
      readonly request: QueryRequest;
      readonly statement: InsertData;
      /** Data that came with the statement; it goes before what is left of the body. */
      readonly lead: Buffer;
      readonly isBodyRead: boolean;
    };

/**
 * Puts the statement together. It is the `query` parameter followed by the body, as on a server; the body of an INSERT
 * whose statement is in the URL is not read here, since it may be large.
 */
export async function findStatement(incoming: IncomingMessage, request: QueryRequest): Promise<Question> {
  if (request.query !== undefined && request.query !== '') {
    const text = toByteText(request.query);
    const statement = parseStatement(text);
    if (statement.kind === 'insert-data') {
      const inline = Buffer.from(text.slice(statement.dataStart), 'latin1');
      const lead = inline.length === 0 ? inline : Buffer.concat([inline, Buffer.from('\n')]);
      return { request, statement, lead, isBodyRead: false };
    }
  }
  const body = await readBody(incoming, MAX_STATEMENT_BODY_BYTES);
  const boundary = multipartBoundary(headerOf(incoming, 'content-type'));
  return boundary === undefined ? fromBody(request, body) : fromForm(request, parseMultipart(body, boundary));
}

function fromBody(request: QueryRequest, body: Buffer): Question {
  const prefix = request.query === undefined ? '' : `${toByteText(request.query)}\n`;
  return question(request, Buffer.concat([Buffer.from(prefix, 'latin1'), body]));
}

function fromForm(request: QueryRequest, fields: ReadonlyMap<string, string>): Question {
  const params = new Map(request.params);
  for (const [name, value] of fields) {
    if (name.startsWith('param_')) params.set(name.slice('param_'.length), value);
  }
  const sql = `${request.query ?? ''}${fields.get('query') ?? ''}`;
  return question({ ...request, params }, Buffer.from(sql, 'utf8'));
}

function question(request: QueryRequest, sql: Buffer): Question {
  const statement = parseStatement(bytesToText(sql));
  if (statement.kind !== 'insert-data') return { request, statement };
  return { request, statement, lead: sql.subarray(statement.dataStart), isBodyRead: true };
}
