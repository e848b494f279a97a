import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { expect, it } from 'vitest';
import { ANY_PORT, testServiceContext } from '../../../test/_util/service-context.js';
import { type GrpcServerOptions, startGrpcServer } from './grpc-server.js';

it('closes connections that nobody makes a call on', async () => {
  const { logger, readiness } = testServiceContext();
  const ingest = { maxRequestBytes: 1_000 };
  const options = { ingest, logger, readiness, tls: undefined, idleTimeoutMs: 50 };
  const server = await startGrpcServer(ANY_PORT, options as unknown as GrpcServerOptions);
  const session = connectHttp2(server.url);
  const [code] = await once(session, 'goaway');
  expect(code).toBe(0);
  if (!session.closed) await once(session, 'close');
  await server.close(0);
});
