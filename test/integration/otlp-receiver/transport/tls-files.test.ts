import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OtlpReceiverConfig } from '../../../../services/otlp-receiver/config.js';
import { describeWithTool } from '../../../_util/required-tool.js';
import { type Issued, missingOpenssl, replaceFiles } from '../../../_util/test-ca.js';
import { admission, eventually, startTestReceiver, startTestStack, type TestStack } from '../harness.js';
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

describeWithTool(missingOpenssl(), 'the files of TLS on the receiver', () => {
  const { ca, strangers } = useAuthorities();

  describe('files that change', () => {
    let stack: TestStack;
    let server: Issued;
    let bundle: string;
    beforeAll(async () => {
      server = ca().issue();
      bundle = join(ca().directory, 'bundle.crt');
      writeFileSync(bundle, readFileSync(ca().caFile));
      stack = await startTestStack(tlsSettings(server, bundle));
      stack.gatekeeper.answerWith(() => admission());
    });
    afterAll(() => stack?.close());

    const serialOf = ({ certFile }: Issued) => new X509Certificate(readFileSync(certFile)).serialNumber;
    const shown = async (url: string, client: Issued) =>
      (await handshake(url, { caFile: ca().caFile, client })).serial;

    it('are used for new connections while running ones go on', async () => {
      const client = ca().issue();
      const options = { caFile: ca().caFile, client };
      const [grpc, http2] = [grpcOverTls(stack.receiver, options), http2OverTls(stack.receiver, options)];
      expect((await grpc.export(oneSpan())).code).toBe(CODE.ok);
      expect(await http2.post(oneSpan())).toBe(200);
      const next = ca().issue();
      replaceFiles(server, next);
      for (const url of [stack.receiver.grpcUrl, stack.receiver.httpUrl])
        await eventually(async () => (await shown(url, client)) === serialOf(next));
      let isClosed = false;
      http2.session.on('close', () => {
        isClosed = true;
      });
      expect((await grpc.export(oneSpan())).code).toBe(CODE.ok);
      expect(await http2.post(oneSpan())).toBe(200);
      expect(isClosed).toBe(false);
      grpc.close();
      http2.close();
    });

    it('change who vouches for clients', async () => {
      const [ours, theirs] = [ca().issue(), strangers().issue()];
      await expect(
        postOverTls(stack.receiver, oneSpan(), { caFile: ca().caFile, client: theirs }),
      ).rejects.toThrow();
      writeFileSync(bundle, readFileSync(strangers().caFile));
      const post = (client: Issued) =>
        postOverTls(stack.receiver, oneSpan(), { caFile: ca().caFile, client }).catch(() => 0);
      await eventually(async () => (await post(theirs)) === 200);
      expect(await post(ours)).toBe(0);
      const answers = await eventually(async () => {
        const clients = [theirs, ours].map((client) =>
          grpcOverTls(stack.receiver, { caFile: ca().caFile, client }),
        );
        const codes = await Promise.all(clients.map((client) => client.export(oneSpan())));
        for (const client of clients) client.close();
        return codes[0]?.code === CODE.ok ? codes : undefined;
      });
      expect(answers[1]?.code).toBe(CODE.unavailable);
      writeFileSync(bundle, Buffer.concat([readFileSync(ca().caFile), readFileSync(strangers().caFile)]));
      await eventually(async () => (await post(theirs)) === 200 && (await post(ours)) === 200);
    });

    it('change nothing as long as they are not right', async () => {
      const client = ca().issue();
      const before = await shown(stack.receiver.httpUrl, client);
      const [good, next] = [readFileSync(server.keyFile), ca().issue()];
      for (const broken of [readFileSync(next.keyFile), Buffer.from('not a key'), Buffer.alloc(0)]) {
        writeFileSync(server.keyFile, broken);
        // Several looks at the files.
        for (let look = 0; look < 10; look++) {
          expect(await shown(stack.receiver.httpUrl, client)).toBe(before);
          expect(await shown(stack.receiver.grpcUrl, client)).toBe(before);
        }
      }
      writeFileSync(server.keyFile, good);
      replaceFiles(server, next);
      await eventually(async () => (await shown(stack.receiver.httpUrl, client)) === serialOf(next));
    });
  });

  it.each<[string, (server: Issued, other: Issued) => Partial<OtlpReceiverConfig>, RegExp]>([
    [
      'a missing file',
      ({ keyFile }) => ({ otlpGrpcTlsCertFile: '/nowhere/tls.crt', otlpGrpcTlsKeyFile: keyFile }),
      /^OTLP_GRPC_TLS_CERT_FILE: \/nowhere\/tls\.crt cannot be read \(ENOENT\)\.$/,
    ],
    [
      'a certificate without a key',
      ({ certFile }) => ({ otlpHttpTlsCertFile: certFile }),
      /^OTLP_HTTP_TLS_KEY_FILE is not set: TLS needs both .*$/,
    ],
    [
      'client authorities alone',
      ({ certFile }) => ({ otlpHttpTlsClientCaFile: certFile }),
      /^OTLP_HTTP_TLS_CERT_FILE is not set: .*$/,
    ],
    [
      'a key of another certificate',
      ({ certFile }, { keyFile }) => ({ otlpGrpcTlsCertFile: certFile, otlpGrpcTlsKeyFile: keyFile }),
      /^OTLP_GRPC_TLS_KEY_FILE: the key in .* does not belong to the certificate in .*$/,
    ],
    [
      'a key for a certificate',
      ({ keyFile }) => ({ otlpGrpcTlsCertFile: keyFile, otlpGrpcTlsKeyFile: keyFile }),
      /^OTLP_GRPC_TLS_CERT_FILE: .* holds no PEM certificate\.$/,
    ],
    [
      'a certificate for a key',
      ({ certFile }) => ({ otlpGrpcTlsCertFile: certFile, otlpGrpcTlsKeyFile: certFile }),
      /^OTLP_GRPC_TLS_KEY_FILE: .* holds no PEM private key\. Keys with a passphrase are not supported\.$/,
    ],
    [
      'a bundle without a certificate',
      ({ certFile, keyFile }) => ({
        otlpGrpcTlsCertFile: certFile,
        otlpGrpcTlsKeyFile: keyFile,
        otlpGrpcTlsClientCaFile: keyFile,
      }),
      /^OTLP_GRPC_TLS_CLIENT_CA_FILE: .* holds no PEM certificate\.$/,
    ],
  ])('does not start with %s, and says so in one line', async (_what, settings, message) => {
    const start = startTestReceiver(settings(ca().issue(), ca().issue()));
    const error: Error = await start.then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });
});
