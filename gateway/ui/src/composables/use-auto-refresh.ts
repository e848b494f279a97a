import { onScopeDispose, type Ref, watch } from 'vue';

export interface AutoRefreshOptions {
  readonly isActive: Readonly<Ref<boolean>>;
  /** Asked anew before each wait. */
  readonly delayMs: () => number;
  readonly refresh: () => Promise<void>;
}

/**
 * Calls `refresh` again and again while active. The wait starts when the call before has ended, so slow
 * answers never pile up. Becoming active after a pause refreshes at once.
 */
export function useAutoRefresh({ isActive, delayMs, refresh }: AutoRefreshOptions): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDisposed = false;
  const stop = (): void => clearTimeout(timer);

  const schedule = (): void => {
    stop();
    if (isActive.value && !isDisposed) timer = setTimeout(run, delayMs());
  };
  const run = async (): Promise<void> => {
    stop();
    await refresh();
    schedule();
  };

  watch(isActive, (active) => (active ? void run() : stop()));
  schedule();
  onScopeDispose(() => {
    isDisposed = true;
    stop();
  });
}
