import { setMaxListeners } from 'node:events';

/** Ends a call at its time budget or when its caller goes away, whichever is first. */
export interface CallDeadline {
  readonly signal: AbortSignal;
  /** Lets go of the timer and of the caller's signal; without it a long-lived signal would collect listeners. */
  release(): void;
}

export function startDeadline(timeoutMs: number, caller: AbortSignal | undefined): CallDeadline {
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort(new DOMException(`not done after ${timeoutMs} ms`, 'TimeoutError'));
  }, timeoutMs);
  const onCallerGone = () => controller.abort(caller?.reason);
  // As many as its caller has statements at a time, all released: no leak for Node to warn of.
  if (caller) setMaxListeners(0, caller);
  if (caller?.aborted) onCallerGone();
  else caller?.addEventListener('abort', onCallerGone, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', onCallerGone);
    },
  };
}
