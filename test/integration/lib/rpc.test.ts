import { EventEmitter, once } from 'node:events';
import { connect as connectHttp2, constants } from 'node:http2';
import { Code, ConnectError } from '@connectrpc/connect';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { QueryService } from '../../../gen/es/gob/query/v1/query_pb.js';
import { AppError } from '../../../lib/errors/app-error.js';
import { fromConnectError } from '../../../lib/errors/connect.js';
import { createAssertionVerifier } from '../../../lib/rpc/assertion.js';
import { principalOf } from '../../../lib/rpc/caller.js';
import { createRpcClient, withAssertion } from '../../../lib/rpc/client.js';
import { startRpcServer } from '../../../lib/rpc/server.js';
import { ANY_PORT, testServiceContext } from '../../_util/service-context.js';
import { createTestSigner, testPrincipal } from '../../_util/signing.js';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server of one real contract whose listServices does what the test says. */
async function serve(
  listServices: (tenantId: number, signal: AbortSignal) => Promise<string[]>,
  changes: Partial<ReturnType<typeof testServiceContext>> = {},
) {
  const signer = await createTestSigner();
  const context = { ...testServiceContext(), ...changes };
  const server = await startRpcServer({
    ...context,
    address: ANY_PORT,
    purpose: 'test',
    verifyAssertion: createAssertionVerifier('query', signer.fetchKeys),
    routes: (router) =>
      void router.service(QueryService, {
        listServices: async (_request, call) => ({
          names: await listServices(principalOf(call).tenantId, call.signal),
        }),
      }),
  });
  const client = createRpcClient(QueryService, { url: server.url, timeoutMs: 5_000 });
  closers.push(
    () => server.close(),
    () => client.close(),
  );
  return { signer, server, client, ...context };
}

const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.unreachable(),
    (error) => fromConnectError(error),
  );

describe('internal calls', () => {
  it('carry the caller from the assertion to the handler', async () => {
    const { client, signer } = await serve(async (tenantId) => [`tenant ${tenantId}`]);
    const assertion = await signer.sign(testPrincipal({ tenantId: 22 }), 'query');
    expect((await client.calls.listServices({}, withAssertion(assertion))).names).toEqual(['tenant 22']);
  });

  it('are refused without an assertion, for another audience, and from another signer', async () => {
    const { client, signer } = await serve(async () => []);
    const other = await createTestSigner();
    const call = (assertion: string) => failure(client.calls.listServices({}, withAssertion(assertion)));
    expect((await failure(client.calls.listServices({}))).code).toBe('unauthenticated');
    expect((await call(await signer.sign(testPrincipal(), 'tenant-quota'))).code).toBe('unauthenticated');
    expect((await call(await other.sign(testPrincipal(), 'query'))).code).toBe('unauthenticated');
    expect((await call('not-a-jwt')).code).toBe('unauthenticated');
    expect((await call(await signer.sign({ kind: 'service', service: 'x' }, 'query'))).code).toBe(
      'permission_denied',
    );
  });

  it('bring our errors to the caller whole, and hide faults', async () => {
    const { client, signer } = await serve(async (tenantId) => {
      if (tenantId === 1)
        throw new AppError('query_too_expensive', 'Read 10 rows of 5.', {
          field: 'period',
          retryAfterMs: 1500,
        });
      throw new Error('password=hunter2');
    });
    const call = async (tenantId: number) =>
      failure(
        client.calls.listServices({}, withAssertion(await signer.sign(testPrincipal({ tenantId }), 'query'))),
      );
    expect(await call(1)).toMatchObject({
      code: 'query_too_expensive',
      message: 'Read 10 rows of 5.',
      field: 'period',
      retryAfterMs: 1500,
    });
    expect(await call(2)).toMatchObject({ code: 'internal', message: 'Internal error.' });
  });

  it('end in the handler when the caller goes away', async () => {
    let ended: () => void = () => {};
    const handlerEnded = new Promise<void>((resolve) => {
      ended = resolve;
    });
    let entered: () => void = () => {};
    const handlerEntered = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const { client, signer } = await serve(async (_tenantId, signal) => {
      entered();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      ended();
      return [];
    });
    const abort = new AbortController();
    const call = client.calls.listServices(
      {},
      withAssertion(await signer.sign(testPrincipal(), 'query'), abort.signal),
    );
    const refused = expect(call).rejects.toSatisfy(
      (error) => ConnectError.from(error).code === Code.Canceled,
    );
    await handlerEntered;
    abort.abort();
    await handlerEnded;
    await refused;
  });

  it('that a caller breaks off are no fault of ours', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    const call = new EventEmitter();
    const [entered, brokenOff] = [once(call, 'entered'), once(call, 'broken off')];
    const untilBrokenOff = (_tenantId: number, signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => {
        call.emit('entered');
        signal.addEventListener('abort', () => {
          call.emit('broken off');
          reject(signal.reason);
        });
      });
    const { server, signer } = await serve(untilBrokenOff, { logger });
    const session = connectHttp2(server.url);
    closers.push(() => session.destroy());
    const stream = session.request({
      ':method': 'POST',
      ':path': '/gob.query.v1.QueryService/ListServices',
      'content-type': 'application/grpc',
      te: 'trailers',
      authorization: `Bearer ${await signer.sign(testPrincipal(), 'query')}`,
    });
    stream.on('error', () => undefined).end(Buffer.alloc(5));
    await entered;
    stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    await brokenOff;
    await new Promise((resolve) => session.ping(resolve));
    expect(lines).toEqual([]);
  });

  it('are answered as Connect JSON over HTTP/1.1 on the same port', async () => {
    const { server, signer } = await serve(async () => ['shop']);
    const authorization = `Bearer ${await signer.sign(testPrincipal(), 'query')}`;
    const response = await fetch(`${server.url}/gob.query.v1.QueryService/ListServices`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: '{}',
    });
    expect([response.status, await response.json()]).toEqual([200, { names: ['shop'] }]);
  });

  it('are counted by method and status', async () => {
    const { client, signer, registry } = await serve(async () => []);
    await client.calls.listServices({}, withAssertion(await signer.sign(testPrincipal(), 'query')));
    await failure(client.calls.listServices({}));
    const text = await registry.metrics();
    expect(text).toContain(
      'gob_rpc_server_calls_total{service="gob.query.v1.QueryService",method="ListServices",code="OK"} 1',
    );
    expect(text).toContain(
      'gob_rpc_server_calls_total{service="gob.query.v1.QueryService",method="ListServices",code="Unauthenticated"} 1',
    );
  });

  it('report a service that is away as unavailable without its address', async () => {
    const client = createRpcClient(QueryService, { url: 'http://127.0.0.1:1', timeoutMs: 2_000 });
    closers.push(() => client.close());
    const error = await failure(client.calls.listServices({}));
    expect(error.code).toBe('unavailable');
    expect(error.message).not.toContain('127.0.0.1');
  });
});
