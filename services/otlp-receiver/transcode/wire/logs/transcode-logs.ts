import { transcodeLogs as transcodeByReference } from '../../reference/transcode-logs.js';
import type { Transcode } from '../../transcode.js';
import { OnePass } from '../one-pass.js';
import { LogReader } from './log-reader.js';

/** One pass from the bytes of a request to a block of `logs`; one request after another, never two at once. */
export class LogsTranscoder {
  readonly transcode: Transcode;

  /** `reference` transcodes what is unusual. */
  constructor(reference: Transcode = transcodeByReference) {
    this.transcode = new OnePass(reference, (tools) => new LogReader(tools)).transcode;
  }
}
