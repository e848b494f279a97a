import type { Admission, AdmissionQuestion, Admissions } from '../admission/admission.js';
import { RateLimited } from '../admission/rate-limited.js';
import type { RejectLog } from '../ledger/reject-log.js';
import type { Arrival } from '../ledger/turned-away.js';

export interface AdmitOptions {
  readonly admissions: Admissions;
  readonly rejects: RejectLog;
}

/** As the admissions say. A refusal of the rate is noted with its figures, because whose request it is was known before. */
export function admitArrival(
  { admissions, rejects }: AdmitOptions,
  question: AdmissionQuestion,
  arrival: Arrival,
): Admission | Promise<Admission> {
  const refused = (error: unknown): never => {
    if (error instanceof RateLimited) note(rejects, error, arrival);
    throw error;
  };
  try {
    const answer = admissions.admit(question);
    return answer instanceof Promise ? answer.catch(refused) : answer;
  } catch (error) {
    return refused(error);
  }
}

function note(rejects: RejectLog, { sender, code, message, excess }: RateLimited, arrival: Arrival): void {
  const { tenantId, signal } = sender;
  const { userAgent } = arrival;
  arrival.tenantId = tenantId;
  const reject = { reason: code, detail: message, serviceName: undefined, userAgent, items: 0 };
  rejects.record({ tenantId, signal, ...reject, ...excess });
}
