import type { AppError } from '../../../lib/errors/app-error.js';
import { toAppError } from '../../../lib/errors/connect.js';
import type { Admission, AdmissionQuestion, Admissions } from '../admission/admission.js';
import type { DerivedRows, OpenDelivery } from '../derived/derived-rows.js';
import type { Account, Amount, Ledger } from '../ledger/ledger.js';
import { LimitExceeded } from '../ledger/limit-exceeded.js';
import type { RejectLog } from '../ledger/reject-log.js';
import type { Arrival } from '../ledger/turned-away.js';
import type { ByteBudget, ByteLease } from '../pipeline/byte-budget.js';
import type { Pipeline } from '../pipeline/pipeline.js';
import type { TenantPipelines } from '../pipeline/tenant-pipelines.js';
import { acceptedDays } from '../transcode/accept-window.js';
import { countRejected, type TranscodeResult } from '../transcode/transcode.js';
import { admitArrival } from './admit-arrival.js';
import { Companions } from './companions.js';
import { answerOf, type Duplicates, duplicateKey } from './duplicates.js';
import { enterLimited } from './enter-limited.js';
import {
  JOINT_BYTES,
  JOINT_LINGER_MS,
  type JointExport,
  joinExports,
  jointKey,
  mayJoin,
} from './joint-export.js';
import { accountOf, type ReceivedExport, type RefusedExport, tooLarge, wholeOf } from './received-export.js';
import type { Rejection } from './rejection.js';
import { firstServiceName } from './service-name.js';

export interface IngestOptions {
  readonly admissions: Admissions;
  readonly budget: ByteBudget;
  readonly pipeline: Pipeline;
  readonly pipelines: Pick<TenantPipelines, 'used'>;
  readonly derivedRows: DerivedRows;
  readonly duplicates: Duplicates;
  readonly ledger: Ledger;
  readonly rejects: RejectLog;
  /** Largest request that this receiver takes from anybody. */
  readonly maxRequestBytes: number;
  readonly ackTimeoutMs: number;
}

/** From a request's bytes to its durable rows: what both transports share. */
export class Ingest {
  readonly #options: IngestOptions;
  readonly #companions = new Companions<ReceivedExport, TranscodeResult>({
    maxBytes: JOINT_BYTES,
    lingerMs: JOINT_LINGER_MS,
    work: (group) => this.#together(group),
  });

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  get maxRequestBytes(): number {
    return this.#options.maxRequestBytes;
  }

  lease(): ByteLease {
    return this.#options.budget.lease();
  }

  admit(question: AdmissionQuestion, arrival: Arrival): Admission | Promise<Admission> {
    return admitArrival(this.#options, question, arrival);
  }

  /** Largest request of this tenant, after decompression. */
  limitFor(admission: Admission): number {
    return Math.min(admission.maxRequestBytes, this.#options.maxRequestBytes);
  }

  /** Resolves when everything that was accepted is durable. Rejects with AppError otherwise. */
  async export(received: ReceivedExport): Promise<TranscodeResult> {
    const { admission, body } = received;
    const { ledger, duplicates, pipelines } = this.#options;
    const account = accountOf(received);
    pipelines.used(admission);
    ledger.received(account, { items: 0, bytes: body.length });
    const limitBytes = this.limitFor(admission);
    if (body.length > limitBytes)
      throw this.#refuse(received, tooLarge(body.length, limitBytes), wholeOf(received));
    // Nothing to store: not worth remembering, and the same for everybody.
    if (body.length === 0) return this.#first(received, account);
    const key = duplicateKey({ ...admission, signal: account.signal }, body);
    const known = duplicates.find(key);
    if (known) return this.#again(received, account, known);
    const answer =
      mayJoin(received) && this.#options.pipeline.keepsRefused
        ? this.#companions.join(jointKey(received), received, body.length)
        : this.#first(received, account);
    duplicates.remember(key, answer.then(answerOf));
    return answer;
  }

  /** Enters a request that was refused between its admission and `export`. */
  refused(refusal: RefusedExport, error: AppError): void {
    const amount = wholeOf(refusal);
    this.#options.ledger.received(accountOf(refusal), amount);
    this.#refuse(refusal, error, amount);
  }

  /** Exports that came together: stored as one where that is the same for each of them. */
  #together(group: readonly ReceivedExport[]): readonly Promise<TranscodeResult>[] {
    const joint = group.length > 1 ? joinExports(group) : undefined;
    const stored = joint && this.#joint(joint);
    if (!stored) return group.map((received) => this.#first(received, accountOf(received)));
    return joint.counts.map((accepted) => stored.then((result) => ({ ...answerOf(result), accepted })));
  }

  /** Undefined when an item is refused or the bytes are: whose that is shows only when each export is looked at alone. */
  #joint(joint: JointExport): Promise<TranscodeResult> | undefined {
    const derived = this.#openDerived(joint);
    try {
      const result = transcode(joint, derived);
      const total = joint.counts.reduce((sum, count) => sum + count, 0);
      if (result.rejected.size > 0 || result.accepted !== total) return undefined;
      return this.#store(joint, accountOf(joint), { result, derived });
    } catch {
      return undefined;
    }
  }

  async #first(received: ReceivedExport, account: Account): Promise<TranscodeResult> {
    const derived = this.#openDerived(received);
    let result: TranscodeResult;
    try {
      result = transcode(received, derived);
    } catch (error) {
      throw this.#refuse(received, error, wholeOf(received));
    }
    return this.#store(received, account, { result, derived });
  }

  async #store(
    received: ReceivedExport,
    account: Account,
    { result, derived }: Transcoded,
  ): Promise<TranscodeResult> {
    const { admission, lease, receivedMs } = received;
    const { pipeline, ackTimeoutMs } = this.#options;
    const accepted = this.#enter(received, account, result);
    if (result.blocks.length === 0) return result;
    const blocks = [...result.blocks, ...derived.blocks()];
    try {
      lease.grow(blocks.reduce((bytes, block) => bytes + block.bytes.length, 0));
      await pipeline.write({
        ...account,
        items: accepted.items,
        requestBytes: accepted.bytes,
        database: admission.database,
        blocks,
        deadlineMs: receivedMs + ackTimeoutMs,
      });
    } catch (error) {
      throw this.#refuse(received, error, accepted);
    }
    derived.stored();
    return enterLimited(this.#options.ledger, received, { result, notes: derived.limited() });
  }

  #openDerived({ admission, signal }: ReceivedExport): OpenDelivery {
    return this.#options.derivedRows.open({ ...admission, signal: signal.name });
  }

  /** The copy is answered like the first, and not before that one is durable. */
  async #again(
    received: ReceivedExport,
    account: Account,
    first: Promise<TranscodeResult>,
  ): Promise<TranscodeResult> {
    const { ledger } = this.#options;
    try {
      const result = await first;
      const items = result.accepted + countRejected(result);
      ledger.received(account, { items, bytes: 0 });
      ledger.duplicate(account, { items, bytes: received.body.length });
      return result;
    } catch (error) {
      throw this.#refuse(received, error, wholeOf(received));
    }
  }

  /** Enters the items of an export, and the refused ones as such. Returns what is left to be stored. */
  #enter(received: ReceivedExport, account: Account, result: TranscodeResult): Amount {
    const { ledger, admissions } = this.#options;
    const totalItems = result.accepted + countRejected(result);
    admissions.settle(received.admission, account.signal, totalItems);
    ledger.received(account, { items: totalItems, bytes: 0 });
    let bytes = received.body.length;
    for (const [reason, items] of result.rejected) {
      // Refused items weigh like the others: what each one took of the request is not known.
      const amount = { items, bytes: Math.floor((received.body.length * items) / totalItems) };
      bytes -= amount.bytes;
      this.#reject(received, { reason, amount, detail: result.firstRejection ?? reason });
    }
    const isNothingLeft = result.blocks.length === 0;
    if (isNothingLeft) ledger.stored(account, { items: 0, bytes });
    return { items: result.accepted, bytes };
  }

  /** Enters a refusal of all that is left. Returns the error for the exporter. */
  #refuse(received: RefusedExport, thrown: unknown, amount: Amount): AppError {
    const error = toAppError(thrown);
    const excess = error instanceof LimitExceeded ? error.excess : undefined;
    this.#reject(received, { reason: error.code, amount, detail: error.message, ...excess });
    return error;
  }

  #reject(received: RefusedExport, { reason, amount, detail, limit, measured }: Rejection): void {
    const account = accountOf(received);
    this.#options.ledger.rejected(account, reason, amount);
    this.#options.rejects.record({
      ...account,
      reason,
      detail,
      limit,
      measured,
      serviceName: received.encoding === 'protobuf' ? firstServiceName(received.body) : undefined,
      userAgent: received.userAgent,
      items: amount.items,
    });
  }
}

interface Transcoded {
  readonly result: TranscodeResult;
  readonly derived: OpenDelivery;
}

function transcode(received: ReceivedExport, sightings: OpenDelivery): TranscodeResult {
  const { signal, admission, encoding, body } = received;
  const { tenantId, projectId } = admission;
  const nowMs = Date.now();
  const retentionDays = acceptedDays(nowMs, admission.retentionDays, admission.acceptFromDay);
  return signal.transcode(encoding === 'json' ? signal.readJson(body) : body, {
    tenantId,
    projectId,
    nowUnixNano: BigInt(nowMs) * 1_000_000n,
    limits: { retentionDays },
    sightings,
  });
}
