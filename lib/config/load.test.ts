import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HelpAsked, renderHelp } from './help.js';
import { loadConfig } from './load.js';
import { maskConfig } from './render.js';
import { defineSettings } from './setting.js';
import { address, bytes, durationMs, integer, list, oneOf, text } from './value-types.js';

const settings = defineSettings({
  listen: {
    yaml: 'receivers.otlp.protocols.grpc.endpoint',
    env: 'LISTEN',
    flags: ['listen'],
    type: address,
    default: '127.0.0.1:1',
    description: '',
  },
  size: { yaml: 'limits.size', env: 'SIZE', type: bytes, default: '16MiB', description: '' },
  wait: { yaml: 'limits.wait', env: 'WAIT', type: durationMs, default: '10s', description: '' },
  workers: {
    yaml: 'workers',
    env: 'WORKERS',
    flags: ['workers'],
    type: integer(1, 8),
    default: '2',
    description: '',
  },
  mode: { yaml: 'mode', env: 'MODE', type: oneOf('a', 'b'), default: 'a', description: '' },
  urls: { yaml: 'urls', env: 'URLS', type: list, default: '', description: '' },
  secret: { yaml: 'secret', env: 'SECRET', type: text, default: undefined, description: '', secret: true },
});

let directory: string;
const load = (argv: string[], env: Record<string, string> = {}) => loadConfig(settings, { argv, env });
const file = (content: string): string => {
  const path = join(directory, 'config.yaml');
  writeFileSync(path, content);
  return path;
};

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gob-config-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('loadConfig', () => {
  it('uses defaults, and leaves a setting without one undefined', () => {
    const config = load([]);
    expect(config).toMatchObject({
      listen: { host: '127.0.0.1', port: 1 },
      size: 16_777_216,
      wait: 10_000,
      mode: 'a',
      urls: [],
    });
    expect(config.secret).toBeUndefined();
  });

  it('shows every setting to whoever asks for help, whatever else is wrong', () => {
    const ask = () => load(['--help', '--nonsense'], { WORKERS: '99' });
    expect(ask).toThrow(HelpAsked);
    const text = renderHelp(settings);
    expect(text).toContain('  WORKERS, --workers  (integer from 1 to 8; default 2)\n');
    for (const { env } of Object.values(settings)) expect(text).toContain(`  ${env}`);
  });

  it('lets flags win over environment over file over defaults', () => {
    const path = file('workers: 3\nmode: b\nlimits: { size: 1KiB }\n');
    expect(load(['--config', path])).toMatchObject({ workers: 3, mode: 'b', size: 1024 });
    expect(load(['--config', path], { WORKERS: '4' })).toMatchObject({ workers: 4, mode: 'b' });
    expect(load([`--config=${path}`, '--workers=5'], { WORKERS: '4' }).workers).toBe(5);
  });

  it('reads the receivers of a Collector file and skips its other sections', () => {
    const path = file(
      'receivers:\n  otlp:\n    protocols:\n      grpc: { endpoint: "0.0.0.0:14317" }\n  jaeger: { x: 1 }\nexporters: { debug: {} }\nservice: { pipelines: { traces: { receivers: [otlp] } } }\n',
    );
    expect(load(['--config', path]).listen).toEqual({ host: '0.0.0.0', port: 14_317 });
  });

  it('counts an empty environment variable as unset', () => {
    expect(load([], { WORKERS: '' }).workers).toBe(2);
  });

  it('reads lists in brackets and bare', () => {
    expect(load([], { URLS: '[http://a, "http://b"]' }).urls).toEqual(['http://a', 'http://b']);
    expect(load([], { URLS: 'http://a,http://b' }).urls).toEqual(['http://a', 'http://b']);
  });

  it('lists every bad value, unknown flag and unknown key in one message', () => {
    const path = file('wrokers: 3\nmode: c\n');
    const attempt = () =>
      load(['--config', path, '--nope', '--listen', 'x:99999'], { WORKERS: '9', SIZE: '1MB', WAIT: 'soon' });
    expect(attempt).toThrowError(/--nope: there is no such flag/);
    expect(attempt).toThrowError(/wrokers in .*: there is no such setting/);
    expect(attempt).toThrowError(/mode in the configuration file: expected one of a, b, got "c"/);
    expect(attempt).toThrowError(
      /--listen: expected host:port or :port with a port from 0 to 65535, got "x:99999"/,
    );
    expect(attempt).toThrowError(/WORKERS: expected an integer from 1 to 8, got "9"/);
    expect(attempt).toThrowError(/SIZE: expected a size/);
    expect(attempt).toThrowError(/WAIT: expected a duration/);
  });

  it('says in one line why a file cannot be read', () => {
    expect(() => load(['--config', '/does/not/exist.yaml'])).toThrowError(
      /--config: cannot read \/does\/not\/exist.yaml/,
    );
    expect(() => load(['--config', file('a: [1')])).toThrowError(/--config: cannot read/);
    expect(() => load([], { CONFIG_FILE: '/no.yaml' })).toThrowError(/CONFIG_FILE: cannot read \/no.yaml/);
  });
});

describe('maskConfig', () => {
  it('never shows a secret', () => {
    const masked = maskConfig(settings, load([], { SECRET: 'hunter2' }));
    expect(JSON.stringify(masked)).not.toContain('hunter2');
    expect(masked.secret).toBe('***');
  });
});
