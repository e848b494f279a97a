import { type Ref, shallowRef } from 'vue';
import { toShownProblem } from '../api/request.js';
import { type Credential, postSignIn } from '../api/session.js';
import type { Problem } from '../model/problem.js';
import { ensureSession, forgetSession } from './use-session.js';

const stashed: Ref<string | undefined> = shallowRef();

/** Hands the token of a sign-in link from the router to the page; it is used once. */
export function stashSignInToken(token: string): void {
  stashed.value = token;
}

export function useSignIn() {
  const problem = shallowRef<Problem>();
  const isBusy = shallowRef(false);

  /** Whether somebody is signed in afterwards. */
  async function signIn(credential: Credential): Promise<boolean> {
    isBusy.value = true;
    problem.value = undefined;
    try {
      await postSignIn(credential);
      forgetSession();
      return (await ensureSession()) !== undefined;
    } catch (error) {
      problem.value = toShownProblem(error);
      return false;
    } finally {
      isBusy.value = false;
    }
  }

  /** A link opened twice in one browser is no failure: its first use left a session. */
  async function signInByLink(token: string): Promise<boolean> {
    if (await signIn({ token })) return true;
    return (await ensureSession()) !== undefined;
  }

  function takeToken(): string | undefined {
    const token = stashed.value;
    stashed.value = undefined;
    return token;
  }

  return { stashed, takeToken, problem, isBusy, signIn, signInByLink };
}
