/** Content types by the start of the format's name; the first that fits counts. Anything else is plain text. */
const CONTENT_TYPES: readonly (readonly [RegExp, string])[] = [
  [
    /^JSON(?:Strings|Compact|CompactStrings)?EachRow|^JSONLines|^NDJSON/i,
    'application/x-ndjson; charset=UTF-8',
  ],
  [/^JSON|^PrettyJSON/i, 'application/json; charset=UTF-8'],
  [/^CSVWithNames/i, 'text/csv; charset=UTF-8; header=present'],
  [/^CSV/i, 'text/csv; charset=UTF-8; header=absent'],
  [/^(?:TSV|TabSeparated)/i, 'text/tab-separated-values; charset=UTF-8'],
  [/^XML/i, 'application/xml; charset=UTF-8'],
  [/^Markdown/i, 'text/markdown; charset=UTF-8'],
  [
    /^(?:Native|RowBinary|Parquet|Arrow|ORC|Avro|MsgPack|Protobuf|BSON|Npy|Raw|CapnProto)/i,
    'application/octet-stream',
  ],
];

export function contentTypeOf(format: string): string {
  return CONTENT_TYPES.find(([pattern]) => pattern.test(format))?.[1] ?? 'text/plain; charset=UTF-8';
}

const NEWLINE = 0x0a;
const ROW_PER_LINE = /^(?:JSONEachRow|JSONCompactEachRow|JSONStringsEachRow|TSV|TabSeparated)$/i;
const JSON_DOCUMENT = /^(?:JSON|JSONCompact|JSONStrings|JSONCompactStrings)$/i;

/** Rows in a result, where the format shows them; the engine does not report the number itself. */
export function resultRows(format: string, bytes: Buffer): number | undefined {
  if (ROW_PER_LINE.test(format)) return countNewlines(bytes);
  if (!JSON_DOCUMENT.test(format)) return undefined;
  // The count follows the rows, so a look-alike inside a value cannot come after it.
  const tail = bytes.subarray(-4096).toString('latin1');
  const counts = [...tail.matchAll(/^\t"rows": (\d+)/gm)];
  const last = counts.at(-1)?.[1];
  return last === undefined ? undefined : Number(last);
}

function countNewlines(bytes: Buffer): number {
  let rows = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) rows += 1;
  return rows;
}
