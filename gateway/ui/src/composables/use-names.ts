import { type Ref, shallowRef, watch } from 'vue';
import { useLatest } from './use-latest.js';

/**
 * Suggestions for a filter, loaded whenever `load` answers another request. They are a help only: when
 * they cannot be had, the filter still works by typing, and the list below reports the outage.
 */
export function useNames(
  load: () => ((signal: AbortSignal) => Promise<readonly string[]>) | undefined,
): Readonly<Ref<readonly string[]>> {
  const names = shallowRef<readonly string[]>([]);
  const latest = useLatest();
  watch(
    load,
    async (fetchNames) => {
      const signal = latest.next();
      names.value = [];
      const loaded = (await fetchNames?.(signal).catch(() => [])) ?? [];
      if (!signal.aborted) names.value = loaded;
    },
    { immediate: true },
  );
  return names;
}
