import { randomBytes, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../../lib/errors/app-error.js';
import { describeWithTool } from '../../../_util/required-tool.js';
import { type Issued, missingOpenssl } from '../../../_util/test-ca.js';
import { exportOverGrpc } from '../clients.js';
import { admission, startTestStack, type TestStack } from '../harness.js';
import {
  CODE,
  grpcOverTls,
  handshake,
  http2OverTls,
  oneSpan,
  postOverTls,
  tlsSettings,
  useAuthorities,
} from './tls.clients.js';

const TOKEN = { 'private-token': 'a-token' };

const derOf = ({ certFile }: Issued) => new X509Certificate(readFileSync(certFile)).raw;

describeWithTool(missingOpenssl(), 'TLS on the receiver', () => {
  const { ca, strangers } = useAuthorities();

  describe('without client certificates', () => {
    let stack: TestStack;
    beforeAll(async () => {
      const settings = { ...tlsSettings(ca().issue()), otlpHttpTlsMinVersion: '1.3' as const };
      stack = await startTestStack(settings);
      stack.gatekeeper.answerWith(() => admission());
    });
    afterAll(() => stack?.close());

    it('takes exports over gRPC, HTTP/1.1 and HTTP/2 by ALPN', async () => {
      const traceId = randomBytes(16);
      const options = { caFile: ca().caFile, headers: TOKEN };
      const grpc = grpcOverTls(stack.receiver, options);
      expect(await grpc.export(oneSpan(traceId))).toMatchObject({ code: CODE.ok });
      grpc.close();
      expect(await postOverTls(stack.receiver, oneSpan(traceId), options)).toBe(200);
      const http2 = http2OverTls(stack.receiver, options);
      expect(await http2.post(oneSpan(traceId))).toBe(200);
      http2.close();
      expect(await stack.countOf(traceId)).toBe(3);
      expect(stack.receiver.grpcUrl).toMatch(/^https:/);
      expect(stack.receiver.httpUrl).toMatch(/^https:/);
    });

    it('does not answer in clear', async () => {
      await expect(fetch(`${stack.receiver.httpUrl.replace('https', 'http')}/v1/traces`)).rejects.toThrow();
      expect((await exportOverGrpc(stack.receiver, oneSpan())).code).toBe(CODE.unavailable);
    });

    it('holds to the lowest version that is allowed', async () => {
      const old = { caFile: ca().caFile, maxVersion: 'TLSv1.2' as const };
      expect((await handshake(stack.receiver.grpcUrl, old)).protocol).toBe('TLSv1.2');
      await expect(handshake(stack.receiver.httpUrl, old)).rejects.toThrow(/alert protocol version/i);
    });
  });

  describe('with client certificates', () => {
    let stack: TestStack;
    let klio: Issued;
    beforeAll(async () => {
      klio = ca().issue({ subject: '/CN=klio-server', subjectAltName: 'DNS:klio-server' });
      stack = await startTestStack(tlsSettings(ca().issue(), ca().caFile));
    });
    afterAll(() => stack?.close());
    beforeEach(() => {
      stack.gatekeeper.asked.length = 0;
      stack.gatekeeper.answerWith(() => admission({ validMs: 0 }));
    });

    it('admits by the certificate alone, over each transport', async () => {
      const options = { caFile: ca().caFile, client: klio };
      const traceId = randomBytes(16);
      const grpc = grpcOverTls(stack.receiver, options);
      expect(await grpc.export(oneSpan(traceId))).toMatchObject({ code: CODE.ok });
      grpc.close();
      expect(await postOverTls(stack.receiver, oneSpan(traceId), options)).toBe(200);
      const http2 = http2OverTls(stack.receiver, options);
      expect([await http2.post(oneSpan(traceId)), await http2.post(oneSpan(traceId))]).toEqual([200, 200]);
      http2.close();
      expect(await stack.countOf(traceId)).toBe(4);
      const forms = stack.gatekeeper.asked.map(({ credential }) => credential?.form);
      expect(forms).toHaveLength(4);
      for (const form of forms) {
        expect(form?.case).toBe('clientCertificate');
        expect(Buffer.from(form?.value as Uint8Array).equals(derOf(klio))).toBe(true);
      }
    });

    it('lets a token decide alone: a good certificate does not rescue a bad token', async () => {
      stack.gatekeeper.answerWith(() => {
        throw new AppError('unauthenticated', 'The token is not known.');
      });
      const options = {
        caFile: ca().caFile,
        client: klio,
        headers: { 'private-token': randomBytes(8).toString('hex') },
      };
      const grpc = grpcOverTls(stack.receiver, options);
      expect(await grpc.export(oneSpan())).toMatchObject({ code: CODE.unauthenticated });
      grpc.close();
      expect(await postOverTls(stack.receiver, oneSpan(), options)).toBe(401);
      const cases = stack.gatekeeper.asked.map(({ credential }) => credential?.form.case);
      expect(new Set(cases)).toEqual(new Set(['token']));
    });

    it('refuses at the handshake: no certificate, a stranger’s, an expired one', async () => {
      const refused = [
        undefined,
        strangers().issue({ subject: '/CN=klio-server' }),
        ca().issue({ subject: '/CN=klio-server', expired: true }),
      ];
      for (const client of refused) {
        const options = { caFile: ca().caFile, client };
        const grpc = grpcOverTls(stack.receiver, options);
        expect(await grpc.export(oneSpan())).toMatchObject({ code: CODE.unavailable });
        grpc.close();
        await expect(postOverTls(stack.receiver, oneSpan(), options)).rejects.toThrow();
        const http2 = http2OverTls(stack.receiver, options);
        await expect(http2.post(oneSpan())).rejects.toThrow();
      }
      expect(stack.gatekeeper.asked).toEqual([]);
    });
  });

  it('believes no certificate that a client only claims to have', async () => {
    const victim = ca().issue({ subject: '/CN=klio-server' });
    const headers = { 'gob-verified-client-certificate-bin': derOf(victim).toString('base64') };
    const stack = await startTestStack(tlsSettings(ca().issue()));
    const grpc = grpcOverTls(stack.receiver, { caFile: ca().caFile, client: victim, headers });
    expect(await grpc.export(oneSpan())).toMatchObject({ code: CODE.unauthenticated });
    grpc.close();
    expect(stack.gatekeeper.asked).toEqual([]);
    await stack.close();
  });
});
