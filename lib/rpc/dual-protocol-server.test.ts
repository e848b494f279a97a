import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2, constants } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ANY_PORT } from '../../test/_util/service-context.js';
import { type DualProtocolOptions, startDualProtocolServer } from './dual-protocol-server.js';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Answers every request with its protocol, as soon as its body has arrived. */
async function serve(options: Partial<DualProtocolOptions> = {}): Promise<URL> {
  const server = await startDualProtocolServer({
    address: ANY_PORT,
    purpose: 'test',
    handler: (request, response) => {
      request.on('error', () => undefined).on('end', () => response.end(`HTTP/${request.httpVersion}`));
      request.resume();
    },
    ...options,
  });
  closers.push(() => server.close(0));
  return new URL(server.url);
}

function open(url: URL): Socket {
  const socket = connect(Number(url.port), url.hostname);
  socket.on('error', () => undefined);
  closers.push(() => socket.destroy());
  return socket;
}

async function openHttp2(url: URL): Promise<ClientHttp2Session> {
  const session = connectHttp2(url);
  session.on('error', () => undefined);
  closers.push(() => session.destroy());
  await once(session, 'remoteSettings');
  return session;
}

/** Opens a POST whose body never ends. */
function openEndlessPost(session: ClientHttp2Session) {
  const stream = session.request({ ':method': 'POST', ':path': '/' });
  stream.on('error', () => undefined);
  return stream;
}

it('tells the protocols apart even when the first bytes come one by one', async () => {
  const url = await serve();
  const socket = open(url);
  await once(socket, 'connect');
  socket.setNoDelay(true);
  for (const part of [
    'P',
    'O',
    'ST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
  ]) {
    socket.write(part);
    // Another connection's round trip, so that the server has seen this part by itself.
    await fetch(url);
  }
  const [answer] = await once(socket, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
});

it('cuts connections off that do not show their protocol', async () => {
  const url = await serve({ prefaceTimeoutMs: 50 });
  for (const start of ['', 'P', PREFACE.slice(0, 13)]) {
    const socket = open(url);
    if (start) socket.write(start);
    await once(socket.resume(), 'close');
  }
});

it('closes HTTP/2 connections that fall silent, also within the preface', async () => {
  const url = await serve({ keepAliveTimeoutMs: 50 });
  for (const start of [PREFACE.slice(0, 14), PREFACE]) {
    const socket = open(url);
    socket.write(start);
    await once(socket.resume(), 'close');
  }
});

it('keeps a silent HTTP/2 connection while a handler is at work', async () => {
  let answer: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const url = await serve({
    keepAliveTimeoutMs: 20,
    requestTimeoutMs: 20,
    handler: (_request, response) => void asked.then(() => response.end('done')),
  });
  const session = await openHttp2(url);
  const stream = session.request({ ':path': '/' });
  const silent = open(url);
  silent.write(PREFACE);
  // Long enough for the other connection to be given up.
  await once(silent.resume(), 'close');
  answer();
  const [body] = await once(stream, 'data');
  expect(String(body)).toBe('done');
});

it('cuts HTTP/2 requests that never end', async () => {
  const session = await openHttp2(await serve({ requestTimeoutMs: 50 }));
  const stream = openEndlessPost(session);
  await once(stream, 'close');
  expect(stream.rstCode).toBe(constants.NGHTTP2_CANCEL);
});

it('lets one HTTP/2 connection have a bounded number of requests at once', async () => {
  const session = await openHttp2(await serve());
  expect(session.remoteSettings.maxConcurrentStreams).toBe(256);
  expect(session.remoteSettings.maxHeaderListSize).toBe(65_536);
  const held = Array.from({ length: 256 }, () => openEndlessPost(session));
  const late = session.request({ ':path': '/' });
  late.on('error', () => undefined);
  const answered = once(late, 'response');
  let isAnswered = false;
  answered.then(() => {
    isAnswered = true;
  });
  for (let trip = 0; trip < 5; trip++) await new Promise((resolve) => session.ping(resolve));
  expect(isAnswered).toBe(false);
  held[0]?.end();
  expect((await answered)[0][':status']).toBe(200);
});
