import { ClickHouseException } from '../clickhouse-exception.js';

/** The boundary of a multipart/form-data body, or undefined for another type. */
export function multipartBoundary(contentType: string | undefined): string | undefined {
  const match = /^multipart\/form-data\s*;.*?boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '');
  return match?.[1] ?? match?.[2];
}

/**
 * Reads the fields of a multipart/form-data body (RFC 7578): how clients send parameters that are too long for a URL.
 * @throws ClickHouseException for files, which a server would take as external tables, and for a malformed body.
 */
export function parseMultipart(body: Buffer, boundary: string): Map<string, string> {
  const fields = new Map<string, string>();
  const text = body.toString('utf8');
  const sections = `\r\n${text}`.split(`\r\n--${boundary}`);
  // Before the first boundary and after the last there is nothing to read.
  if (sections.length < 2 || !sections.at(-1)?.startsWith('--'))
    throw malformed('the last boundary is missing');
  for (const section of sections.slice(1, -1)) {
    const headEnd = section.indexOf('\r\n\r\n');
    if (headEnd === -1) throw malformed('a part has no end of its headers');
    const head = section.slice(0, headEnd);
    const name = /content-disposition:[^\r\n]*?\bname="([^"]*)"/i.exec(head)?.[1];
    if (name === undefined) throw malformed('a part has no name');
    if (/\bfilename=/i.test(head))
      throw new ClickHouseException(48, 'NOT_IMPLEMENTED', 'External tables are not supported');
    fields.set(name, section.slice(headEnd + 4));
  }
  return fields;
}

function malformed(why: string): ClickHouseException {
  return new ClickHouseException(36, 'BAD_ARGUMENTS', `The multipart/form-data body cannot be read: ${why}`);
}
