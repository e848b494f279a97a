import { type Ref, shallowRef, watch } from 'vue';
import { toShownProblem } from '../api/request.js';
import { getTrace } from '../api/traces.js';
import type { Problem } from '../model/problem.js';
import type { Trace } from '../model/trace.js';
import { useLatest } from './use-latest.js';

/** One trace, loaded anew when the ids change; `reload` keeps the old one on show meanwhile. */
export function useTrace(projectId: Readonly<Ref<string>>, traceId: Readonly<Ref<string>>) {
  // Shallow: making ten thousand spans reactive costs seconds, and they never change.
  const trace = shallowRef<Trace>();
  const problem = shallowRef<Problem>();
  const isLoading = shallowRef(false);
  const latest = useLatest();

  async function reload(): Promise<void> {
    const signal = latest.next();
    isLoading.value = true;
    try {
      trace.value = await getTrace({ projectId: projectId.value, traceId: traceId.value, signal });
      problem.value = undefined;
    } catch (error) {
      if (!signal.aborted) problem.value = toShownProblem(error);
    } finally {
      if (!signal.aborted) isLoading.value = false;
    }
  }

  function start(): Promise<void> {
    trace.value = undefined;
    problem.value = undefined;
    return reload();
  }

  watch([projectId, traceId], start, { immediate: true });
  return { trace, problem, isLoading, reload };
}
