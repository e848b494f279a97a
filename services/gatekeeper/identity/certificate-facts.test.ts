import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { describeWithTool } from '../../../test/_util/required-tool.js';
import { missingOpenssl, TestCa } from '../../../test/_util/test-ca.js';
import { type GatekeeperContext, identify, identifyExporter } from '../context.js';
import { alternativeNames, readCertificate } from './certificate-facts.js';
import { StaticIdentities } from './static-identities.js';

describe('alternative names', () => {
  it.each([
    [
      'DNS:a.example, URI:spiffe://x/y, IP Address:::1',
      ['DNS a.example', 'URI spiffe://x/y', 'IP Address ::1'],
    ],
    ['DNS:"a, DNS:evil.example"', ['DNS a, DNS:evil.example']],
    [String.raw`URI:"x\", DNS:evil", DNS:b`, ['URI x", DNS:evil', 'DNS b']],
    ['', []],
  ])('reads %s', (text, names) =>
    expect(alternativeNames(text).map(({ type, value }) => `${type} ${value}`)).toEqual(names),
  );
});

describeWithTool(missingOpenssl(), 'client certificates', () => {
  let ca: TestCa;
  let directory: string;
  const opened: StaticIdentities[] = [];
  beforeAll(() => {
    ca = new TestCa();
    directory = mkdtempSync(join(tmpdir(), 'gob-identity-'));
  });
  afterAll(async () => {
    ca?.remove();
    rmSync(directory, { recursive: true });
    for (const identities of opened) await identities.close();
  });

  const issue = (subject: string, subjectAltName = 'DNS:unused.example', expired = false): Buffer =>
    new X509Certificate(readFileSync(ca.issue({ subject, subjectAltName, expired }).certFile)).raw;
  const open = async (certificates: object[]) => {
    const file = join(directory, 'identity.yaml');
    const projects = [7, 8].map((id) => ({ id, path: `acme/${id}` }));
    const scopes = ['write_observability'];
    const entries = certificates.map((entry) => ({ project: 7, scopes, ...entry }));
    writeFileSync(
      file,
      stringify({ tenants: [{ id: 22, path: 'acme', projects }], client_certificates: entries }),
    );
    const identities = await StaticIdentities.open(file, pino({ level: 'silent' }));
    opened.push(identities);
    return identities;
  };

  it.each<[string, object, string, string, boolean]>([
    ['the subject', { subject: 'CN=klio-server' }, '/CN=klio-server', 'DNS:a', true],
    ['the subject in any order', { subject: 'CN=klio, O = acme' }, '/O=acme/CN=klio', 'DNS:a', true],
    ['a subject with a comma', { subject: 'CN=a\\, b' }, '/CN=a, b', 'DNS:a', true],
    ['no part of the subject', { subject: 'CN=klio' }, '/O=stranger/CN=klio', 'DNS:a', false],
    ['no subject that only looks alike', { subject: 'CN=klio,O=acme' }, '/CN=klio\\,O=acme', 'DNS:a', false],
    ['a DNS name in any case', { dns: 'Klio.example' }, '/CN=x', 'DNS:a,DNS:kLIO.example', true],
    ['no wildcard', { dns: 'klio.example' }, '/CN=x', 'DNS:*.example', false],
    ['no DNS name in the CN', { dns: 'klio.example' }, '/CN=klio.example', 'DNS:a', false],
    ['a URI', { uri: 'spiffe://acme/klio' }, '/CN=x', 'URI:spiffe://acme/klio', true],
    ['no longer URI', { uri: 'spiffe://acme/klio' }, '/CN=x', 'URI:spiffe://acme/klio/other', false],
    ['all that an entry names', { subject: 'CN=x', dns: 'a' }, '/CN=x', 'DNS:a', true],
    ['not only some of it', { subject: 'CN=x', dns: 'b' }, '/CN=x', 'DNS:a', false],
  ])('are known by %s', async (_what, entry, subject, names, isKnown) => {
    const identity = (await open([entry])).findByCertificate(readCertificate(issue(subject, names)));
    expect(identity?.coverage).toEqual(isKnown ? { projectId: 7n } : undefined);
  });

  it('are known by their fingerprint as openssl prints it', async () => {
    const der = issue('/CN=x');
    const { fingerprint256 } = new X509Certificate(der);
    const identities = await open([{ sha256: fingerprint256 }]);
    expect(identities.findByCertificate(readCertificate(der))).toMatchObject({ kind: 'certificate' });
    expect(identities.findByCertificate(readCertificate(issue('/CN=x')))).toBeUndefined();
  });

  it('are for the first entry that fits', async () => {
    const identities = await open([
      { dns: 'a', project: 8 },
      { subject: 'CN=x', project: 7 },
    ]);
    const facts = readCertificate(issue('/CN=x', 'DNS:a'));
    expect(identities.findByCertificate(facts)).toMatchObject({ name: 'a', coverage: { projectId: 8n } });
  });

  it('admit telemetry and nothing else, as long as they are valid', async () => {
    const certificates = await open([{ subject: 'CN=klio' }]);
    const context = { certificates } as unknown as GatekeeperContext;
    const credential = (value: Uint8Array) =>
      ({ form: { case: 'clientCertificate', value } }) as Parameters<typeof identify>[1];
    const good = issue('/CN=klio');
    expect(await identifyExporter(context, credential(good))).toMatchObject({ name: 'CN=klio' });
    await expect(identify(context, credential(good))).rejects.toThrow('admits telemetry and nothing else');
    const refused: [Uint8Array, RegExp][] = [
      [issue('/CN=klio', 'DNS:a', true), /is valid from .* Renew it\.$/],
      [issue('/CN=nobody'), /"CN=nobody" \(SHA-256 [0-9a-f]{64}\) is not among the client_certificates/],
      [Buffer.from('no certificate'), /cannot be read/],
      [new Uint8Array(), /cannot be read/],
      [Buffer.concat([good, Buffer.alloc(70_000)]), /cannot be read/],
    ];
    for (const [der, message] of refused) {
      const attempt = identifyExporter(context, credential(der));
      await expect(attempt).rejects.toMatchObject({
        code: 'unauthenticated',
        message: expect.stringMatching(message),
      });
    }
  });

  it.each([
    [{}, 'client_certificates.0: needs at least one of subject, dns, uri and sha256'],
    [{ sha256: 'ab:cd' }, 'client_certificates.0.sha256: must be the SHA-256 fingerprint'],
    [{ subject: 'klio' }, 'client_certificates.0.subject: must be a distinguished name'],
    [{ dns: 'a', project: 9 }, 'client_certificates.0.project: there is no project 9'],
  ])('are refused in the file when %j', async (entry, message) => {
    await expect(open([entry])).rejects.toThrow(message);
  });
});
