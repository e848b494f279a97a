import { computed, type Ref, shallowRef, watch } from 'vue';
import { toShownProblem } from '../api/request.js';
import { listTraces } from '../api/traces.js';
import type { Problem } from '../model/problem.js';
import { refreshDelayMs } from '../model/refresh-delay.js';
import type { TraceSummary } from '../model/trace.js';
import type { TraceQuery } from '../model/trace-query.js';
import { useLatest } from './use-latest.js';

interface ListState {
  readonly rows: readonly TraceSummary[];
  readonly totalTraces: number | undefined;
  readonly nextPageToken: string | undefined;
  readonly isLoaded: boolean;
}

const emptyList: ListState = { rows: [], totalTraces: undefined, nextPageToken: undefined, isLoaded: false };

/** The trace list of a project: a first page that can be refreshed, and older pages added below it. */
export function useTraceList(projectId: Readonly<Ref<string>>, query: Readonly<Ref<TraceQuery>>) {
  const list = shallowRef(emptyList);
  const problem = shallowRef<Problem>();
  const isLoading = shallowRef(false);
  const failures = shallowRef(0);
  /** A refresh would throw the older pages away, so it waits until they are let go. */
  const showsOlder = shallowRef(false);
  const latest = useLatest();

  async function load(pageToken?: string): Promise<void> {
    const signal = latest.next();
    isLoading.value = true;
    try {
      const page = await listTraces({ projectId: projectId.value, query: query.value, pageToken, signal });
      list.value = pageToken === undefined ? firstPage(page) : withPage(list.value, page);
      problem.value = undefined;
      failures.value = 0;
    } catch (error) {
      if (signal.aborted) return;
      problem.value = toShownProblem(error);
      failures.value += 1;
    } finally {
      if (!signal.aborted) isLoading.value = false;
    }
  }

  function restart(): Promise<void> {
    list.value = emptyList;
    problem.value = undefined;
    failures.value = 0;
    showsOlder.value = false;
    return load();
  }

  function loadMore(): Promise<void> {
    showsOlder.value = true;
    return load(list.value.nextPageToken);
  }

  function refresh(): Promise<void> {
    showsOlder.value = false;
    return load();
  }

  watch([projectId, query], restart, { immediate: true });

  return {
    rows: computed(() => list.value.rows),
    totalTraces: computed(() => list.value.totalTraces),
    /** False until the first answer is there: empty then means "not known yet". */
    isLoaded: computed(() => list.value.isLoaded),
    showsOlder,
    hasMore: computed(() => list.value.nextPageToken !== undefined),
    problem,
    isLoading,
    refresh,
    loadMore,
    delayMs: () =>
      refreshDelayMs({
        isEmpty: list.value.rows.length === 0,
        failures: failures.value,
        retryAfterMs: problem.value?.retryAfterMs,
      }),
  };
}

type Page = Awaited<ReturnType<typeof listTraces>>;

function firstPage(page: Page): ListState {
  const nextPageToken = page.traces.length > 0 ? page.nextPageToken : undefined;
  return { rows: page.traces, totalTraces: page.totalTraces, nextPageToken, isLoaded: true };
}

/** A trace that changed between two pages may come twice: the row already shown stays. */
function withPage(list: ListState, page: Page): ListState {
  const shown = new Set(list.rows.map((row) => row.traceId));
  return {
    rows: [...list.rows, ...page.traces.filter((row) => !shown.has(row.traceId))],
    totalTraces: list.totalTraces ?? page.totalTraces,
    nextPageToken: page.traces.length > 0 ? page.nextPageToken : undefined,
    isLoaded: true,
  };
}
