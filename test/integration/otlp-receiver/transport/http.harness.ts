import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { encodeRequest, exportOverHttp, type HttpExport, makeRequest, makeSpan } from '../clients.js';
import { admission, startTestStack, type TestStack } from '../harness.js';

export const MAX_REQUEST_BYTES = 4 * 2 ** 20;
export const json = { 'content-type': 'application/json' };
export const uniqueToken = () => ({ 'private-token': randomBytes(8).toString('hex') });
export const oneSpan = (traceId = randomBytes(16)) => encodeRequest(makeRequest([makeSpan({ traceId })]));

/** A receiver with a small limit of requests for the file; before each test its gatekeeper admits everybody. */
export function useHttpStack() {
  let stack: TestStack;
  beforeAll(async () => {
    stack = await startTestStack({ ingestMaxRequestBytes: MAX_REQUEST_BYTES });
  });
  afterAll(() => stack?.close());
  beforeEach(() => {
    stack.gatekeeper.answerWith(() => admission());
  });
  return {
    stack: () => stack,
    send: (options?: HttpExport) => exportOverHttp(stack.receiver, options),
  };
}
