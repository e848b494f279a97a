import { onScopeDispose, type Ref, ref } from 'vue';

/** The current time in milliseconds, renewed every `everyMs`: for "5 s ago". */
export function useNow(everyMs: number): Readonly<Ref<number>> {
  const nowMs = ref(Date.now());
  const timer = setInterval(() => {
    nowMs.value = Date.now();
  }, everyMs);
  onScopeDispose(() => clearInterval(timer));
  return nowMs;
}
