import { type Ref, shallowRef } from 'vue';
import { ApiError, toShownProblem } from '../api/request.js';
import { fetchSession, postSignOut, type Session } from '../api/session.js';
import type { Problem } from '../model/problem.js';

/** One session per page: who is signed in is the same question for every component. */
const session: Ref<Session | undefined> = shallowRef();
/** Why it is not known who is signed in, such as a gateway that is down. */
const sessionProblem = shallowRef<Problem>();
let loading: Promise<Session | undefined> | undefined;

async function load(): Promise<Session | undefined> {
  try {
    session.value = await fetchSession();
    sessionProblem.value = undefined;
    return session.value;
  } catch (error) {
    const isSignedOut = error instanceof ApiError && error.problem.status === 401;
    sessionProblem.value = isSignedOut ? undefined : toShownProblem(error);
    return undefined;
  } finally {
    loading = undefined;
  }
}

/** The session, asked from the gateway once; undefined when nobody is signed in or it cannot be known. */
export async function ensureSession(): Promise<Session | undefined> {
  if (session.value) return session.value;
  loading ??= load();
  return loading;
}

export function forgetSession(): void {
  session.value = undefined;
}

export async function signOut(): Promise<void> {
  await postSignOut();
  forgetSession();
}

export function useSession() {
  return { session: readonlyRef(session), sessionProblem: readonlyRef(sessionProblem) };
}

const readonlyRef = <T>(source: Ref<T>): Readonly<Ref<T>> => source;
