import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadConfig } from '../../lib/config/load.js';
import { defineSettings } from '../../lib/config/setting.js';
import { otlpReceiverSettings } from './config.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'gob-tls-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

function section(lines: readonly string[]): string {
  const file = join(directory, 'collector.yaml');
  const indented = lines.map((line) => `          ${line}`).join('\n');
  writeFileSync(file, `receivers:\n  otlp:\n    protocols:\n      grpc:\n        tls:\n${indented}\n`);
  return file;
}

it('reads the section as the Collector writes it', () => {
  const file = section([
    'cert_file: /tls/tls.crt',
    'key_file: /tls/tls.key',
    'client_ca_file: /tls/ca.crt',
    'client_ca_file_reload: true',
    'min_version: "1.3"',
    'reload_interval: 1h',
  ]);
  const env = { OTLP_HTTP_TLS_CERT_FILE: '/http.crt' };
  const config = loadConfig(otlpReceiverSettings, {
    argv: ['--config', file, '--otlp-http-tls-key-file', '/http.key'],
    env,
  });
  expect(config).toMatchObject({
    otlpGrpcTlsCertFile: '/tls/tls.crt',
    otlpGrpcTlsKeyFile: '/tls/tls.key',
    otlpGrpcTlsClientCaFile: '/tls/ca.crt',
    otlpGrpcTlsMinVersion: '1.3',
    otlpGrpcTlsReloadIntervalMs: 3_600_000,
    otlpHttpTlsCertFile: '/http.crt',
    otlpHttpTlsKeyFile: '/http.key',
    otlpHttpTlsMinVersion: '1.2',
  });
});

it('refuses keys that it would have to ignore', () => {
  const argv = ['--config', section(['cert_pem: x', 'min_version: 1.1'])];
  const load = () => loadConfig(otlpReceiverSettings, { argv, env: {} });
  expect(load).toThrow(/receivers\.otlp\.protocols\.grpc\.tls\.cert_pem in .*: there is no such setting/);
  expect(load).toThrow(/tls\.min_version in the configuration file: expected one of 1\.2, 1\.3, got "1\.1"/);
});

it('leaves the section alone in processes that have no such port', () => {
  const argv = ['--config', section(['cert_pem: x'])];
  expect(loadConfig(defineSettings({}), { argv, env: {} })).toEqual({});
});
