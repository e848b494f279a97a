import type { Admission, AdmissionQuestion, Admissions } from '../admission/admission.js';
import { KnownSenderRefused, RateLimited } from '../admission/rate-limited.js';
import type { Arrival } from '../ledger/turned-away.js';

/** As the admissions say. Whose request it is, is noted also when it is refused, as far as it is known then. */
export function admitArrival(
  admissions: Admissions,
  question: AdmissionQuestion,
  arrival: Arrival,
): Admission | Promise<Admission> {
  const refused = (error: unknown): never => {
    const isKnown = error instanceof RateLimited || error instanceof KnownSenderRefused;
    if (isKnown) arrival.sender = error.sender;
    throw error;
  };
  const admitted = (admission: Admission): Admission => {
    arrival.sender = admission;
    return admission;
  };
  try {
    const answer = admissions.admit(question);
    return answer instanceof Promise ? answer.then(admitted, refused) : admitted(answer);
  } catch (error) {
    return refused(error);
  }
}
