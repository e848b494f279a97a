/**
 * Asks the engine, past its queue, whether it still runs statements.
 * @param url where `engine-main` announced it answers
 * @throws Error when it does not answer with success before the signal fires
 */
export async function probeEngine(url: string, signal: AbortSignal): Promise<void> {
  const response = await fetch(new URL('/replicas_status', url), { signal });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`the engine answered HTTP ${response.status}`);
}
