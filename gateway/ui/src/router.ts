import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type RouteLocationRaw,
} from 'vue-router';
import { ensureSession, forgetSession, useSession } from './composables/use-session.js';
import { stashSignInToken } from './composables/use-sign-in.js';
import { readSignInToken } from './model/sign-in.js';
import HomeView from './views/home-view.vue';
import NotFoundView from './views/not-found-view.vue';
import SignInView from './views/sign-in-view.vue';
import TracesView from './views/traces-view.vue';

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/sign-in', name: 'sign-in', component: SignInView, meta: { title: 'Sign in' } },
    { path: '/', name: 'home', component: HomeView },
    {
      path: '/projects/:projectId(\\d+)/traces',
      name: 'traces',
      component: TracesView,
      props: true,
      meta: { title: 'Traces' },
    },
    {
      path: '/projects/:projectId(\\d+)/traces/:traceId',
      name: 'trace',
      component: () => import('./views/trace-view.vue'),
      props: true,
      meta: { title: 'Trace' },
    },
    { path: '/:rest(.*)*', name: 'not-found', component: NotFoundView, meta: { title: 'Not found' } },
  ],
});

function toSignIn(returnTo: string): RouteLocationRaw {
  return { name: 'sign-in', query: returnTo === '/' ? {} : { return_to: returnTo } };
}

/** Takes the one-time token out of the address before anything is shown, stored or logged. */
function takeToken(to: RouteLocationNormalized): RouteLocationRaw | undefined {
  const token = readSignInToken(to.hash);
  if (token === undefined) return undefined;
  history.replaceState(history.state, '', router.resolve({ ...to, hash: '' }).href);
  stashSignInToken(token);
  return { name: 'sign-in', query: to.query, hash: '', replace: true };
}

router.beforeEach(async (to) => {
  if (to.name === 'sign-in') return takeToken(to);
  if (await ensureSession()) return undefined;
  // Not knowing is not being signed out: the page stays and says what is wrong.
  return useSession().sessionProblem.value ? undefined : toSignIn(to.fullPath);
});

router.afterEach((to) => {
  const title = typeof to.meta.title === 'string' ? `${to.meta.title} · ` : '';
  document.title = `${title}Observability`;
});

/** The session has ended while a page was open: sign in, then come back to it. */
export function leaveForSignIn(): void {
  forgetSession();
  const { name, fullPath } = router.currentRoute.value;
  if (name !== 'sign-in') void router.push(toSignIn(fullPath));
}
