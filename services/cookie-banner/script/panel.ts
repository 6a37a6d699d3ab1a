import { permits, read } from './choice';
import type { How } from './decide';
import { button, element, fill } from './element';
import { asked, gpc, language, nonce, options, site, type Purpose } from './site';
import { tell } from './tell';

/** style.css, put in by the build. */
declare const STYLE: string;

/** What the panel needs of the rest of the script. */
export interface Acts {
  /** Called with what the person decided, and never otherwise: closing, Escape and scrolling decide nothing. */
  decided(purposes: Record<string, boolean>, how: How): void;
  /** Shows the settings; rejects when they cannot be loaded. */
  settings(purposes: Purpose[]): Promise<void>;
  /** Nothing covers the page any more; with whether the keyboard was in what did. */
  closed(focused?: boolean): void;
}

let panel: HTMLElement | undefined;
let acts: Acts;
let asking = false;
let dismissed = false;

const page = document.documentElement;
const size = new ResizeObserver(() => page.style.setProperty('--kz-h', panel ? innerHeight - panel.getBoundingClientRect().top + 'px' : ''));

export function install(whatToDo: Acts): void {
  acts = whatToDo;
  addStyle(STYLE);
}

export function addStyle(text: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  } catch {
    document.head.append(element('style', { nonce: nonce! }, text));
  }
}

export const texts = () => site.texts[language()]!;
export const tag = () => site.languages[language()]!;
export const spoken = () => ({ lang: tag(), dir: texts().dir ?? 'ltr' });

export function close(): void {
  const focused = panel?.contains(document.activeElement);
  panel?.remove();
  panel = undefined;
  page.classList.remove('kz-o');
  acts.closed(focused);
}

/** Open: by the person's own click, or because something is to be asked. Not when the page took it out, as single-page applications do. */
export const isOpen = () => !!panel?.isConnected;
/** Open by the person's own click. */
export const isOpened = () => isOpen() && !asking;
/** The page took it out. */
export const isGone = () => panel?.isConnected === false;
/** Put away without an answer: it is not asked again by itself on this page. */
export const isDismissed = () => dismissed;

export function done(purposes: Record<string, boolean>, layout: How['collection']['layout'], pressed: How['collection']['element'], action: How['action']): void {
  close();
  acts.decided(purposes, { action, language: tag(), collection: { build: site.build, layout, element: pressed } });
}

/** The two buttons that every layer has. */
export function bothButtons(purposes: Purpose[], layout: 'banner' | 'settings'): HTMLElement[] {
  const text = texts();
  const all = (value: boolean, some = purposes) => Object.fromEntries(some.map(p => [p.id, value]));
  return [
    button(text.refuse, () => done(all(false), layout, 'refuse-all', purposes.some(p => read().p[p.id]?.[0]) ? 'withdraw' : 'refuse-all')),
    // What the browser refuses by Global Privacy Control is accepted by its own box only.
    button(text.accept, () => done(all(true, purposes.filter(p => !(p.advertising && gpc() && !permits(p.id)))), layout, 'accept-all', 'accept-all')),
  ];
}

/** Puts a layer into the panel. Only a person's own click moves the focus. */
export function show(title: string, body: (Node | string)[], buttons: Node[], focus: boolean): void {
  const text = texts();
  const heading = element('h2', { tabIndex: -1 }, title);
  const fresh = element('div', {
    className: 'kz kz-w kz-' + (options.position ?? 'bar'), ...spoken(), onkeydown: e => { if (e.key === 'Escape') { dismissed = true; close(); } },
  }, element('div', { className: 'kz-b' }, heading, ...body, element('p', {}, fill(text.withdraw, text))), element('div', { className: 'kz-a' }, ...buttons));
  fresh.setAttribute('role', 'region');
  fresh.setAttribute('aria-label', text.reopen);
  if (isOpen()) panel!.replaceWith(fresh);
  else document.body.prepend(fresh);
  panel = fresh;
  page.classList.add('kz-o');
  size.disconnect();
  size.observe(fresh);
  if (focus) heading.focus();
}

/** Shows the first layer: what is to be asked; or how each purpose stands, when the person has opened it, with what closes it. */
export function open(purposes: Purpose[], isAsking?: boolean, standing?: (p: Purpose) => string, closing: Node | string = ''): void {
  const text = texts();
  const { d } = read();
  const status = element('p', { role: 'status' });
  asking = !!isAsking;
  show(
    standing ? text.reopen : text.title,
    [
      closing,
      element('p', {}, fill(asking && d && d !== site.hash ? text.again : text.intro, site as unknown as Record<string, string>)),
      element('ul', {}, ...purposes.map(p => element('li', {}, element('b', {}, p.name![language()]!), standing?.(p) ?? ''))),
      status,
    ],
    [
      ...bothButtons(purposes, 'banner'),
      // What Global Privacy Control refuses is not asked, and can be allowed in the settings all the same.
      button(text.settings, () => acts.settings(asked.filter(p => purposes.includes(p) || (p.advertising && gpc()))).catch(() => { status.textContent = text.failed; })),
    ], !asking);
  tell('shown', {});
}
