import { transcodeTraces as transcodeByReference } from '../../reference/transcode-traces.js';
import type { Transcode } from '../../transcode.js';
import { OnePass } from '../one-pass.js';
import { SpanReader } from './span-reader.js';

/** One pass from the bytes of a request to a block of `spans`; one request after another, never two at once. */
export class TracesTranscoder {
  readonly transcode: Transcode;

  /** `reference` transcodes what is unusual. */
  constructor(reference: Transcode = transcodeByReference) {
    this.transcode = new OnePass(reference, (tools) => new SpanReader(tools)).transcode;
  }
}
