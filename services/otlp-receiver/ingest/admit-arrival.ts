import type { Admission, AdmissionQuestion, Admissions } from '../admission/admission.js';
import { RateLimited } from '../admission/rate-limited.js';
import type { Arrival } from '../ledger/turned-away.js';

/** As the admissions say. Whose request it is, is noted also when it is refused for its rate, which is known then. */
export function admitArrival(
  admissions: Admissions,
  question: AdmissionQuestion,
  arrival: Arrival,
): Admission | Promise<Admission> {
  const refused = (error: unknown): never => {
    if (error instanceof RateLimited) arrival.sender = error.sender;
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
