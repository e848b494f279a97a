import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { AnyRequest } from './read-body.js';

/** The `100 Continue` that a client with `Expect: 100-continue` waits for before it sends its body. */
export class Invitation {
  readonly #response: ServerResponse | Http2ServerResponse;
  #isPending: boolean;

  constructor(request: AnyRequest, response: ServerResponse | Http2ServerResponse) {
    this.#response = response;
    this.#isPending = request.headers.expect?.toLowerCase() === '100-continue';
  }

  /** Not invited, a client may send its body or not, so nobody can tell where its next request begins. */
  get isPending(): boolean {
    return this.#isPending;
  }

  send(): void {
    if (!this.#isPending) return;
    this.#isPending = false;
    this.#response.writeContinue();
  }
}
