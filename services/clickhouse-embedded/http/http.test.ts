import { describe, expect, it } from 'vitest';
import { httpStatusOf, parseEngineError, renderException } from '../clickhouse-exception.js';
import { contentTypeOf, resultRows } from './formats.js';
import { multipartBoundary, parseMultipart } from './multipart.js';

describe('parseEngineError', () => {
  it('takes code, message and type apart', () => {
    const exception = parseEngineError(
      new Error('Code: 62. DB::Exception: Syntax error: (x). y. (SYNTAX_ERROR)'),
    );
    expect(exception).toMatchObject({ code: 62, type: 'SYNTAX_ERROR', message: 'Syntax error: (x). y' });
    expect(httpStatusOf(exception)).toBe(400);
    expect(renderException(exception, '26.7.2.1')).toBe(
      'Code: 62. DB::Exception: Syntax error: (x). y. (SYNTAX_ERROR) (version 26.7.2.1 (official build))\n',
    );
  });

  it('says once what went through two layers', () => {
    const twice =
      'Code: 504. DB::Exception: Code: 504. DB::Exception: File exists. (FILE_ALREADY_EXISTS) (version 26.7.2.1). (FILE_ALREADY_EXISTS)';
    expect(parseEngineError(new Error(twice))).toMatchObject({ code: 504, message: 'File exists' });
    const noInner =
      'Code: 27. DB::Exception: Code: 27. DB::Exception: Cannot parse: row 1. (CANNOT_PARSE_INPUT_ASSERTION_FAILED)';
    expect(parseEngineError(new Error(noInner))).toMatchObject({ code: 27, message: 'Cannot parse: row 1' });
  });

  it('keeps what it does not know', () => {
    expect(parseEngineError(new Error('boom'))).toMatchObject({ code: 1001, message: 'boom' });
  });
});

describe('multipart', () => {
  const boundary = multipartBoundary('multipart/form-data; charset=utf-8; boundary="a b"') ?? '';

  it('reads fields as they were sent', () => {
    const body = `--a b\r\nContent-Disposition: form-data; name="query"\r\n\r\nSELECT\r\n--a\r\n--a b\r\nContent-Disposition: form-data; name="param_x"\r\n\r\n\r\n--a b--\r\n`;
    expect([...parseMultipart(Buffer.from(body), boundary)]).toEqual([
      ['query', 'SELECT\r\n--a'],
      ['param_x', ''],
    ]);
  });

  it.each([
    ['--a b\r\nContent-Disposition: form-data; name="x"\r\n\r\ncut', 'last boundary'],
    ['--a b\r\nno end\r\n--a b--', 'no end'],
    ['--a b\r\nX: y\r\n\r\nv\r\n--a b--', 'no name'],
    [
      '--a b\r\nContent-Disposition: form-data; name="t"; filename="t.tsv"\r\n\r\nv\r\n--a b--',
      'External tables',
    ],
  ])('refuses %j', (body, message) => {
    expect(() => parseMultipart(Buffer.from(body), boundary)).toThrow(message);
  });
});

describe('formats', () => {
  it('know their content type', () => {
    expect(contentTypeOf('JSON')).toBe('application/json; charset=UTF-8');
    expect(contentTypeOf('JSONEachRow')).toBe('application/x-ndjson; charset=UTF-8');
    expect(contentTypeOf('CSVWithNames')).toContain('header=present');
    expect(contentTypeOf('Native')).toBe('application/octet-stream');
    expect(contentTypeOf('Vertical')).toBe('text/plain; charset=UTF-8');
  });

  it('count rows where the format shows them', () => {
    expect(resultRows('JSONEachRow', Buffer.from('{}\n{}\n'))).toBe(2);
    expect(resultRows('JSON', Buffer.from('{\n\t"data": [],\n\n\t"rows": 7,\n\n\t"x": 1\n}\n'))).toBe(7);
    expect(resultRows('Native', Buffer.from('\n\n'))).toBeUndefined();
  });
});
