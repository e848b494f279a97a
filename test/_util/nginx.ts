import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.js';

/** Why tests that need NGINX cannot run here; undefined when they can. */
export const missingNginx: string | undefined = (() => {
  try {
    execFileSync('nginx', ['-v'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'nginx is not installed';
  }
})();

export interface Nginx {
  readonly httpUrl: string;
  readonly grpcUrl: string;
  close(): Promise<void>;
}

/** Where the parts are, by the addresses that deploy/nginx/gob.conf names. */
export type NginxTargets = Readonly<Record<'9104' | '9003' | '4318' | '4317', string>>;

/** Runs deploy/nginx/gob.conf as it is but for the addresses. */
export async function startNginx(targets: NginxTargets): Promise<Nginx> {
  const dir = mkdtempSync(join(tmpdir(), 'gob-nginx-'));
  const ports = { 8080: await freePort(), 8081: await freePort() };
  let conf = readFileSync('deploy/nginx/gob.conf', 'utf8');
  for (const [port, url] of [...Object.entries(targets), ...Object.entries(ports)])
    conf = conf.replaceAll(
      `127.0.0.1:${port}`,
      typeof url === 'number' ? `127.0.0.1:${url}` : new URL(url).host,
    );
  writeFileSync(join(dir, 'gob.conf'), conf);
  writeFileSync(join(dir, 'nginx.conf'), mainConf(dir));
  const args = ['-c', join(dir, 'nginx.conf'), '-p', dir, '-e', join(dir, 'error.log')];
  const child = spawn('nginx', args, { stdio: 'inherit' });
  await untilListening(ports[8080], child);
  return {
    httpUrl: `http://127.0.0.1:${ports[8080]}`,
    grpcUrl: `http://127.0.0.1:${ports[8081]}`,
    close: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function mainConf(dir: string): string {
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(dir, kind)};`)
    .join('\n  ');
  return `daemon off;
worker_processes 1;
pid ${join(dir, 'nginx.pid')};
events { worker_connections 256; }
http {
  access_log off;
  ${temps}
  include ${join(dir, 'gob.conf')};
}
`;
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    const socket = connect(port, '127.0.0.1');
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
