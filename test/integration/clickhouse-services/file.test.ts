import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { listen } from '../../../lib/lifecycle/listen.js';
import { ClickHouseServices } from '../../../lib/store/services/clickhouse-services.js';
import { readServicesFile } from '../../../lib/store/services/services-file.js';
import { createStore } from '../../../lib/store/store.js';
import { describeWithTool } from '../../_util/required-tool.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { missingOpenssl, TestCa } from '../../_util/test-ca.js';
import { eventually } from '../otlp-receiver/harness.js';

const SECRET = 'very-secret-indeed';
const ANSWER = { meta: [{ name: 'ok' }], data: [[1]], statistics: {} };

describeWithTool(missingOpenssl(), 'the file of ClickHouse services', () => {
  let ca: TestCa;
  let server: Server;
  let url = '';
  let file = '';
  const asked: string[] = [];
  const write = (...services: readonly object[]) => writeFileSync(file, stringify({ services }));

  beforeAll(async () => {
    ca = new TestCa();
    file = join(ca.directory, 'services.yaml');
    writeFileSync(join(ca.directory, 'password'), `${SECRET}\n`);
    const { certFile, keyFile } = ca.issue();
    server = createServer(
      { cert: readFileSync(certFile), key: readFileSync(keyFile) },
      (request, response) => {
        asked.push(request.headers.authorization ?? '');
        request.resume().on('end', () => response.end(JSON.stringify(ANSWER)));
      },
    );
    url = (await listen(server, ANY_PORT, 'test')).replace('http:', 'https:');
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    ca.remove();
  });

  it('is refused with everything that is wrong in it, and without its secrets', async () => {
    const bad = {
      ...{ name: 'default', url: `https://gob:${SECRET}@host`, password: SECRET, password_file: 'password' },
      ...{ cluster: 'a b', max_connections: 0, pasword: SECRET },
    };
    write(bad, { name: 'plain', url: 'http://host', ca_file: 'ca.crt' });
    const problem = await readServicesFile(file).catch((error: Error) => error.message);
    for (const part of [
      /CLICKHOUSE_SERVICES_FILE: .* is not valid/,
      /services\.0\.name: must not be "default"/,
      /services\.0\.url: must not hold a user or a password: write "user" and "password_file"/,
      /services\.0\.cluster: must consist of/,
      /services\.0\.max_connections: /,
      /services\.0: .*pasword/,
    ])
      expect(problem).toMatch(part);
    expect(problem).not.toContain(SECRET);
    write(
      { name: 'a', url },
      { name: 'a', url, password_file: 'nowhere' },
      { name: 'b', url, ca_file: 'password' },
    );
    await expect(readServicesFile(file)).rejects.toThrow(
      /name a occurs more than once[\s\S]*password_file of a cannot be read \(ENOENT\): nowhere[\s\S]*ca_file of b holds no PEM/,
    );
    write({ name: 'plain', url: 'http://host', ca_file: 'ca.crt' });
    await expect(readServicesFile(file)).rejects.toThrow(/has a ca_file, but its url is not https/);
    writeFileSync(file, '');
    await expect(readServicesFile(file)).rejects.toThrow(/it is empty; write "services: \[\]"/);
  });

  it('says how a service is trusted and asked, and a changed password is used from the next call on', async () => {
    write(
      { name: 'eu2', url, user: 'gob', password_file: 'password', ca_file: 'ca.crt' },
      { name: 'other', url },
    );
    const context = testServiceContext();
    const services = await ClickHouseServices.open({ file, defaultCluster: 'own', logger: context.logger });
    const store = createStore({ url: 'http://127.0.0.1:9', services, application: 'test', ...context });
    await store.ping(undefined, 'eu2');
    const basic = (password: string) => `Basic ${Buffer.from(`gob:${password}`).toString('base64')}`;
    expect(asked.at(-1)).toBe(basic(SECRET));
    // Nothing of the system vouches for the test's authority.
    await expect(store.ping(undefined, 'other')).rejects.toMatchObject({ code: 'unavailable' });
    await expect(store.ping(undefined, 'mars')).rejects.toMatchObject({
      cause: { message: expect.stringContaining('does not know the ClickHouse service "mars"') },
    });
    expect([services.clusterOf('db'), services.clusterOf('db@eu2')]).toEqual(['own', undefined]);

    writeFileSync(join(ca.directory, 'password'), 'the-next-one');
    await eventually(async () => {
      await store.ping(undefined, 'eu2');
      return asked.at(-1) === basic('the-next-one');
    });
    const metrics = await context.registry.metrics();
    expect(metrics).toMatch(/gob_store_calls_total\{service="eu2",statement="ping",outcome="ok"\}/);
    expect(metrics).not.toContain('mars');
    await store.close();
    services.close();
  });
});
