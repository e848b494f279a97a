import { createApp } from 'vue';
import { onUnauthorized } from './api/request.js';
import AppRoot from './app-root.vue';
import { leaveForSignIn, router } from './router.js';
import './styles/tokens.css';
import './styles/base.css';

onUnauthorized(leaveForSignIn);
createApp(AppRoot).use(router).mount('#app');
