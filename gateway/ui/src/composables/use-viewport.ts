import { onMounted, onScopeDispose, type Ref, ref } from 'vue';

/** Scroll position and height of a scrolling element, in CSS pixels. */
export function useViewport(element: Readonly<Ref<HTMLElement | undefined>>) {
  const scrollTopPx = ref(0);
  const heightPx = ref(0);
  const observer = new ResizeObserver(([entry]) => {
    heightPx.value = entry?.contentRect.height ?? 0;
  });

  onMounted(() => {
    if (element.value) observer.observe(element.value);
  });
  onScopeDispose(() => observer.disconnect());

  function onScroll(): void {
    scrollTopPx.value = element.value?.scrollTop ?? 0;
  }

  return { scrollTopPx, heightPx, onScroll };
}
