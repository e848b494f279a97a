import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import type { GatewayConfig } from '../config.js';

/** What GitLab's page waits for. */
export type AuthCompletion =
  | { readonly type: 'AUTH_COMPLETION'; readonly status: 'success' }
  | {
      readonly type: 'AUTH_COMPLETION';
      readonly status: 'error';
      readonly message: string;
      readonly statusCode: number;
    };

/** Tells the page around the frame, which gets it only when it is of one of the origins. Without a frame the UI is opened. */
const SCRIPT = `const { completion, origins } = document.body.dataset;
const message = JSON.parse(completion);
if (window.parent === window) {
  if (message.status === 'success') location.replace('/');
} else for (const origin of JSON.parse(origins)) window.parent.postMessage(message, origin);`;
const SCRIPT_HASH = createHash('sha256').update(SCRIPT).digest('base64');

/** Ends a sign-in in the browser, whether it worked or not. */
export function sendSignInPage(
  reply: FastifyReply,
  config: GatewayConfig,
  completion: AuthCompletion,
): FastifyReply {
  const origins = config.gatewayGitlabOrigins;
  const frameAncestors = ["'self'", ...origins].join(' ');
  const policy = `default-src 'none'; script-src 'sha256-${SCRIPT_HASH}'; frame-ancestors ${frameAncestors}; base-uri 'none'; form-action 'none'`;
  const text = completion.status === 'success' ? 'You are signed in.' : completion.message;
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Sign in</title>
<body data-completion="${escapeHtml(JSON.stringify(completion))}" data-origins="${escapeHtml(JSON.stringify(origins))}">
<p>${escapeHtml(text)}</p>
<script>${SCRIPT}</script>
</body>
</html>
`;
  return reply
    .code(completion.status === 'success' ? 200 : completion.statusCode)
    .header('content-security-policy', policy)
    .type('text/html; charset=utf-8')
    .send(page);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? '');
}
