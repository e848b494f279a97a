import { once } from 'node:events';
import { connect } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway } from '../../../gateway/service.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { problemOf } from './data.js';
import { type GatewayBed, startGatewayBed } from './fixture.js';

let bed: GatewayBed;
beforeAll(async () => {
  bed = await startGatewayBed();
});
afterAll(() => bed.close());

/** Sends bytes as they are and returns all that comes back until the server closes. */
async function exchange(url: string, bytes: string): Promise<string> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket
    .on('error', () => undefined)
    .on('data', (chunk) => {
      answer += chunk.toString('latin1');
    });
  socket.write(bytes);
  await once(socket, 'close');
  return answer;
}

describe('a query string', () => {
  it('with too many parameters is refused and harms nobody else', async () => {
    const many = `?${'service_name=a&'.repeat(301)}`;
    expect(await problemOf(await bed.get(`/v3/query/7/traces${many}`), 400)).toMatchObject({
      detail: 'The request has more than 300 parameters.',
    });
    for (const path of ['/', '/nowhere', '/v1/session']) await (await bed.get(path + many)).arrayBuffer();
    expect((await bed.get('/v3/query/7/services')).status).toBe(200);
  });

  it('with an instant that no clock of ours can tell is refused', async () => {
    for (const end of ['2262-04-11T23:47:16.854775808Z', '9999-12-31T23:59:59Z'])
      expect(
        await problemOf(
          await bed.get(`/v3/query/7/traces?start_time=2031-01-01T00:00:00Z&end_time=${end}`),
          400,
        ),
      ).toMatchObject({ field: 'end_time', detail: expect.stringContaining('before the year 2262') });
  });
});

describe('bytes that are no request', () => {
  it.each([
    ['headers that are too large', `GET / HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    [
      'a length that is told twice',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x',
      400,
    ],
    [
      'two framings',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', 400],
  ])('get a problem document and the end of the connection: %s', async (_name, bytes, status) => {
    const [head = '', body = ''] = (await exchange(bed.url, bytes)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/^content-type: application\/problem\+json/m);
    expect(head).toMatch(/^x-content-type-options: nosniff/m);
    const requestId = /^x-request-id: (.+)$/m.exec(head)?.[1]?.trim();
    expect(JSON.parse(body)).toMatchObject({ status, code: 'invalid_argument', request_id: requestId });
  });
});

it('a body that breaks off is no fault of ours', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const gateway = await startGateway(
    {
      gatewayAddress: ANY_PORT,
      gatekeeperUrl: bed.url,
      tenantQuotaUrl: 'http://127.0.0.1:9',
      queryUrl: bed.url,
      trustedProxies: [],
      gatewayPublicUrl: undefined,
      gatewayGitlabOrigins: [],
      gatewaySessionSameSite: 'lax',
      gatewaySessionPartitioned: false,
      gatewayRequestTimeoutMs: 5_000,
      gatewayUiDir: bed.uiDir,
    },
    { ...testServiceContext(), logger },
  );
  const head =
    'POST /v1/auth/sign-in HTTP/1.1\r\nHost: x\r\nX-Requested-With: x\r\nContent-Type: application/json';
  const answer = await exchange(
    gateway.url,
    `${head}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\nno size\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1.1 400 /);
  await gateway.close();
  expect(lines.filter((line) => JSON.parse(line).level >= 40)).toEqual([]);
});
