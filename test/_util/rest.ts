import type { Mesh } from './mesh.js';

/** GET as the holder of the read token. */
export async function getJson<T>(
  mesh: Mesh,
  path: string,
  token = mesh.readToken,
): Promise<{ status: number; body: T }> {
  const response = await fetch(`${mesh.uiUrl}${path}`, { headers: { 'PRIVATE-TOKEN': token } });
  return { status: response.status, body: (await response.json()) as T };
}

/** Between two questions, so that asking does not starve the one who is asked. */
const PAUSE_MS = 20;

/** Asks again until the answer is the one waited for; the test's own timeout bounds it. */
export async function eventually<T>(ask: () => Promise<T>, isIt: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isIt(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
