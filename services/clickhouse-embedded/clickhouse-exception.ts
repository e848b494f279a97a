/** An error as a ClickHouse server words it: `Code: <code>. DB::Exception: <message>. (<type>)`. */
export class ClickHouseException extends Error {
  override readonly name = 'ClickHouseException';

  /**
   * @param code ClickHouse error code, e.g. 62
   * @param type its name, e.g. SYNTAX_ERROR
   */
  constructor(
    readonly code: number,
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

const WHOLE =
  /^Code: (\d+)\. DB::Exception: ([\s\S]*?)\.? \(([A-Z0-9_]+)\)(?: \(version [^)]*(?:\([^)]*\))?\))?\s*$/;
const NESTED = /^Code: \d+\. DB::(?:Parsing)?Exception: /;
const NESTED_TAIL = /\.? \([A-Z0-9_]+\)(?: \(version [^)]*\))?\s*$/;

/**
 * Reads the engine's error text. An exception that passed through two layers repeats its code and type; they are kept
 * once. Anything else becomes code 1001, ClickHouse's own code for a standard C++ exception.
 */
export function parseEngineError(error: unknown): ClickHouseException {
  const text = error instanceof Error ? error.message : String(error);
  const match = WHOLE.exec(text);
  if (match === null) return new ClickHouseException(1001, 'STD_EXCEPTION', text.trim());
  let message = match[2] ?? '';
  while (NESTED.test(message)) message = message.replace(NESTED, '').replace(NESTED_TAIL, '');
  return new ClickHouseException(Number(match[1]), match[3] ?? 'STD_EXCEPTION', message);
}

/** The response body of a failed request. */
export function renderException(exception: ClickHouseException, version: string): string {
  const { code, message, type } = exception;
  return `Code: ${code}. DB::Exception: ${message}. (${type}) (version ${version} (official build))\n`;
}

/** HTTP status by error code, as ClickHouse's HTTP handler maps them. Codes not listed are 500. */
const STATUS_BY_CODE = new Map<number, number>([
  ...codes(400, [6, 8, 15, 25, 26, 27, 36, 37, 38, 41, 44, 53, 62, 72, 117, 123, 167, 168, 223, 321, 376]),
  ...codes(400, [427, 441, 675, 676]),
  ...codes(401, [194]),
  ...codes(403, [192, 193, 497, 512, 516]),
  ...codes(404, [46, 47, 50, 56, 60, 63, 73, 78, 81, 115, 152, 336, 511]),
  ...codes(408, [159]),
  ...codes(411, [381]),
  ...codes(413, [229]),
  ...codes(415, [779]),
  ...codes(501, [48]),
  ...codes(503, [76, 209, 439]),
]);

function codes(status: number, list: readonly number[]): [number, number][] {
  return list.map((code) => [code, status]);
}

export function httpStatusOf(exception: ClickHouseException): number {
  return STATUS_BY_CODE.get(exception.code) ?? 500;
}
