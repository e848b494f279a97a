import { describe, expect, it } from 'vitest';
import { loadConfig } from '../config/load.js';
import { maskConfig } from '../config/render.js';
import { clickhouseSettings, clickhouseUrl, requireClickHouseUrl } from './clickhouse-settings.js';

describe('clickhouseUrl', () => {
  it.each([
    ['http://ch.example:8124', 'http://ch.example:8124'],
    ['http://ch.example', 'http://ch.example:8123'],
    ['http://ch.example:80/', 'http://ch.example:80'],
    ['https://ch.example', 'https://ch.example'],
    ['https://ch.example:8443/', 'https://ch.example:8443'],
    ['tcp://ch.example:9000', 'http://ch.example:8123'],
    ['tcp://user:p%40ss@ch.example:9001', 'http://user:p%40ss@ch.example:8123'],
    ['http://[::1]:8123', 'http://[::1]:8123'],
  ])('reads %s as %s', (text, url) => {
    expect(clickhouseUrl.parse(text)).toBe(url);
  });

  it.each(['ch.example:8123', 'ftp://ch.example', 'http://', 'tcp:9000', ''])('refuses %j', (text) => {
    expect(() => clickhouseUrl.parse(text)).toThrow(/expected an http:\/\/, https:\/\/ or tcp:\/\/ URL/);
  });

  it('refuses what it would otherwise ignore, and says what to remove', () => {
    expect(() => clickhouseUrl.parse('tcp://ch.example:9000/db?secure=true')).toThrow(/remove path, query/);
  });

  it.each(['ftp://user:secret@host', 'http://user:sec@ret@host/path', 'user:secret@host'])(
    'shows no password when it refuses %s',
    (text) => {
      expect(() => clickhouseUrl.parse(text)).toThrow(/^(?!.*(secret|sec@|ret@)).*$/);
    },
  );
});

describe('clickhouseSettings', () => {
  it('take the URL from the flag of the GitLab development kit before the environment', () => {
    const config = loadConfig(clickhouseSettings, {
      argv: ['--clickhouse-dsn', 'tcp://db:9000'],
      env: { CLICKHOUSE_URL: 'http://other:8123' },
    });
    expect(requireClickHouseUrl(config)).toBe('http://db:8123');
  });

  it('show no password where the configuration is printed', () => {
    const config = loadConfig(clickhouseSettings, {
      argv: [],
      env: { CLICKHOUSE_URL: 'http://u:secret@db:8123' },
    });
    expect(JSON.stringify(maskConfig(clickhouseSettings, config))).toContain('http://***@db:8123');
  });

  it('name the setting when a process needs the URL and has none', () => {
    expect(() => requireClickHouseUrl({ clickhouseUrl: undefined })).toThrow(
      /CLICKHOUSE_URL.*--clickhouse-dsn/,
    );
  });
});
