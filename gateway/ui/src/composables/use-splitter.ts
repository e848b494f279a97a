import { ref } from 'vue';

const leastPercent = 15;
const mostPercent = 75;
const keySteps: Readonly<Record<string, number>> = { ArrowLeft: -2, ArrowRight: 2 };

/** A movable border between two columns: the left one's width in per cent of the whole. */
export function useSplitter(initialPercent: number) {
  const percent = ref(initialPercent);

  function set(value: number): void {
    percent.value = Math.min(mostPercent, Math.max(leastPercent, value));
  }

  function onPointerDown(event: PointerEvent): void {
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  function onPointerMove(event: PointerEvent): void {
    const handle = event.currentTarget as HTMLElement;
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = handle.parentElement?.getBoundingClientRect();
    if (box) set(((event.clientX - box.left) / box.width) * 100);
  }

  function onKeydown(event: KeyboardEvent): void {
    const change = keySteps[event.key];
    if (change === undefined) return;
    set(percent.value + change);
    event.preventDefault();
    // The arrow keys mean something else to the tree around the handle.
    event.stopPropagation();
  }

  return { percent, leastPercent, mostPercent, onPointerDown, onPointerMove, onKeydown };
}
