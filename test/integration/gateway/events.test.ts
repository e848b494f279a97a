import { connect } from 'node:net';
import { fastify } from 'fastify';
import { expect, it } from 'vitest';
import { eventText, sendEvents } from '../../../gateway/rest/http/send-events.js';
import { eventually } from '../../_util/rest.js';

/** Serves events that never end and tells whether their maker has been stopped. */
async function serve(stallMs: number) {
  const state = { made: 0, isStopped: false };
  async function* events() {
    try {
      for (;;) {
        state.made++;
        yield eventText('log', { body: 'x'.repeat(10_000) });
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      state.isStopped = true;
    }
  }
  const app = fastify({ forceCloseConnections: true });
  app.get('/', (_request, reply) => sendEvents(reply, events(), { stallMs }));
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, url, state };
}

it('a client that takes no events is cut off, and events are made no faster than they are taken', async () => {
  const { app, url, state } = await serve(500);
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.pause();
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await eventually(
    async () => state.isStopped,
    (isStopped) => isStopped,
  );
  // Kernel buffers hold some megabytes.
  expect(state.made).toBeLessThan(5_000);
  socket.destroy();
  await app.close();
});

it('a client that leaves stops the maker of its events', async () => {
  const { app, url, state } = await serve(60_000);
  const leaving = new AbortController();
  const response = await fetch(url, { signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();
  await eventually(
    async () => state.isStopped,
    (isStopped) => isStopped,
  );
  await app.close();
});
