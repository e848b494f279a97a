import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Why no certificates can be made here, or undefined when they can. */
export function missingOpenssl(): string | undefined {
  return spawnSync('openssl', ['version']).status === 0 ? undefined : 'openssl is not installed';
}

export interface IssueOptions {
  /** As openssl takes it: `/O=acme/CN=klio-server`. */
  readonly subject?: string;
  /** `DNS:a,IP:127.0.0.1,URI:spiffe://x`. */
  readonly subjectAltName?: string;
  /** Ended yesterday. */
  readonly expired?: boolean;
}

/** Files of one certificate. */
export interface Issued {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority in a directory of its own. */
export class TestCa {
  readonly directory = mkdtempSync(join(tmpdir(), 'gob-ca-'));
  readonly caFile = join(this.directory, 'ca.crt');
  readonly #keyFile = join(this.directory, 'ca.key');
  #issued = 0;

  constructor(name = 'test CA') {
    this.#openssl(
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout ${this.#keyFile} -out ${this.caFile}`,
      ['-subj', `/CN=${name}`],
    );
  }

  /** A certificate for a server on loopback unless told otherwise. */
  issue(options: IssueOptions = {}): Issued {
    const { subject = '/CN=otlp-receiver', subjectAltName = 'DNS:localhost,IP:127.0.0.1' } = options;
    this.#issued += 1;
    const base = join(this.directory, `issued-${this.#issued}`);
    const [certFile, keyFile, request, extensions] = ['crt', 'key', 'csr', 'ext'].map(
      (end) => `${base}.${end}`,
    );
    if (!certFile || !keyFile || !request || !extensions) throw new Error('unreachable');
    writeFileSync(extensions, `subjectAltName=${subjectAltName}\n`);
    this.#openssl(
      `req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ${keyFile} -out ${request}`,
      ['-subj', subject],
    );
    const serial = String(Date.now() * 100 + this.#issued);
    // A negative number of days is how openssl makes a certificate that has ended.
    this.#openssl(
      `x509 -req -in ${request} -CA ${this.caFile} -CAkey ${this.#keyFile} -set_serial ${serial} -days ${options.expired ? -1 : 2} -extfile ${extensions} -out ${certFile}`,
    );
    return { certFile, keyFile };
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #openssl(command: string, rest: readonly string[] = []): void {
    execFileSync('openssl', [...command.split(' '), ...rest], { stdio: 'pipe' });
  }
}

/** Puts other content under the same names, as a rotation does. */
export function replaceFiles(target: Issued, source: Issued): void {
  copyFileSync(source.keyFile, target.keyFile);
  copyFileSync(source.certFile, target.certFile);
}
