import { holding } from './hold-request';
import { fail, replace } from './wrap';

/** fetch, XMLHttpRequest and sendBeacon. Only a fetch by a safe method (RFC 9110, 9.2.1) can wait: to ask twice or late does no harm. */
export function holdCalls(): void {
  replace(window, 'fetch', ([input, init], call) => {
    const request = input instanceof Request ? input : undefined;
    const { method = request?.method ?? 'GET', signal = request?.signal } = (init ?? {}) as RequestInit;
    if (signal?.aborted) return undefined;
    const held = holding('fetch', [request?.url ?? input], /^(get|head)$/i.test(method));
    // Aborted while it waits, the browser's own fetch says so, and asks nobody.
    return held && (() => Promise.race([held, new Promise(r => signal?.addEventListener('abort', r))]).then(go => {
      if (go) return call();
      throw new TypeError('Failed to fetch');
    }));
  });

  const opened = new WeakMap<object, [address: string, isAsync: boolean]>();
  replace(XMLHttpRequest.prototype, 'open', (args, _, self) => {
    opened.set(self as object, [new URL(String(args[1]), document.baseURI).href, args.length < 3 || !!args[2]]);
    delete (self as { readyState?: number }).readyState;
    return undefined;
  });
  replace(XMLHttpRequest.prototype, 'send', (_, _call, self) => {
    const [address, isAsync] = opened.get(self as object)!;
    return holding('xhr', [address], false) && (() => {
      if (!isAsync) throw new DOMException('Failed to load', 'NetworkError');
      fail(self as XMLHttpRequest, 4, new Event('readystatechange'), new ProgressEvent('error'), new ProgressEvent('loadend'));
    });
  });

  replace(Navigator.prototype, 'sendBeacon', ([address]) => holding('beacon', [address], false) && (() => false));
}
