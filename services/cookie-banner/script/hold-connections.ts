import { holding } from './hold-request';
import { define, fail, replace } from './wrap';

/** WebSocket and EventSource. */
export function holdConnections(): void {
  replace(window, 'WebSocket', ([address], _, made) => holding('websocket', [address], false) &&
    (() => unreachable(made, address, WebSocket.CLOSED, new Event('error'), new CloseEvent('close', { code: 1006 }))));
  replace(window, 'EventSource', ([address], _, made) => holding('eventsource', [address], false) &&
    (() => unreachable(made, address, EventSource.CLOSED, new Event('error'))));
}

/** One that never opens. The class's own properties would demand a connection behind them, so it has others ahead of them. */
function unreachable(made: unknown, address: unknown, closed: number, ...events: Event[]): object {
  const connection = Object.setPrototypeOf(new EventTarget(), (made as { prototype: object }).prototype);
  define(connection, {
    url: new URL(String(address), document.baseURI).href, readyState: 0, bufferedAmount: 0, extensions: '', protocol: '', binaryType: 'blob', withCredentials: false,
    onopen: null, onmessage: null, onerror: null, onclose: null, send() {}, close() {},
  });
  for (const { type } of events) connection.addEventListener(type, (e: Event) => connection['on' + type]?.(e));
  fail(connection, closed, ...events);
  return connection;
}
