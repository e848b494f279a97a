import { onScopeDispose, type Ref, ref } from 'vue';

/** Whether the browser tab is on show. */
export function usePageVisible(): Readonly<Ref<boolean>> {
  const isVisible = ref(!document.hidden);
  const update = (): void => {
    isVisible.value = !document.hidden;
  };
  document.addEventListener('visibilitychange', update);
  onScopeDispose(() => document.removeEventListener('visibilitychange', update));
  return isVisible;
}
