import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';

/**
 * Ends streams when the server closes. Watchers of health and users of reflection keep theirs open as long as they like, which
 * would keep the server from stopping. Calls with one answer go to `inner` as they are.
 */
export function streamsUntil(closing: AbortSignal, inner: ServerInterceptor): ServerInterceptor {
  return (method, call) =>
    inner(method, method.requestStream || method.responseStream ? endedBy(closing, call) : call);
}

function endedBy(closing: AbortSignal, call: ServerInterceptingCallInterface): ServerInterceptingCall {
  const end = () => call.sendStatus({ code: status.UNAVAILABLE, details: 'The server is closing.' });
  const forget = () => closing.removeEventListener('abort', end);
  closing.addEventListener('abort', end, { once: true });
  return new ServerInterceptingCall(call, {
    start: (next) => next({ onCancel: forget }),
    sendStatus: (answer, next) => {
      forget();
      next(answer);
    },
  });
}
