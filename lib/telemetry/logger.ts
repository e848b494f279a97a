import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';

export type { Logger } from 'pino';

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Names of fields whose values never reach a log, whatever object they sit in. */
const SECRET_PATHS = ['token', 'password', 'credential', 'authorization', 'assertion', 'sessionId', 'cookie'];

export interface LoggerOptions {
  /** Process name in each line, for example `gatekeeper`. */
  readonly name: string;
  readonly level: LogLevel;
  /** `json` for machines, `text` for a terminal. */
  readonly format: 'json' | 'text';
}

/** One logger per process, passed down; parts make children of it. Lines go to stderr, which leaves stdout to the program. */
export function createLogger(options: LoggerOptions): Logger {
  const redact = { paths: SECRET_PATHS.flatMap((path) => [path, `*.${path}`]), censor: '[redacted]' };
  const pinoOptions = { name: options.name, level: options.level, redact, base: { name: options.name } };
  return options.format === 'json' ? pino(pinoOptions, pino.destination(2)) : pino(pinoOptions, textStream());
}

function textStream(): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      process.stderr.write(toTextLine(chunk.toString('utf8')), () => done());
    },
  });
}

/** `12:30:01 WARN  gatekeeper: message key=value`, errors by their message only. */
function toTextLine(json: string): string {
  const { level, time, name, msg, err, pid: _pid, hostname: _hostname, ...rest } = JSON.parse(json);
  const clock = new Date(time).toISOString().slice(11, 19);
  const fields = Object.entries(rest).map(
    ([key, value]) => ` ${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const failure = err?.message ? ` error=${JSON.stringify(err.message)}` : '';
  return `${clock} ${pino.levels.labels[level]?.toUpperCase().padEnd(5)} ${name}: ${msg ?? ''}${fields.join('')}${failure}\n`;
}
