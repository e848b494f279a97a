import { onScopeDispose } from 'vue';

export interface Latest {
  /** Aborts the request before and answers the signal for the next one. */
  readonly next: () => AbortSignal;
  readonly cancel: () => void;
}

/** Keeps at most one request of a kind running: starting another, or leaving the page, aborts it. */
export function useLatest(): Latest {
  let controller = new AbortController();
  const cancel = (): void => controller.abort();
  const next = (): AbortSignal => {
    cancel();
    controller = new AbortController();
    return controller.signal;
  };
  onScopeDispose(cancel);
  return { next, cancel };
}
