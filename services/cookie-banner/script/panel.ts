import { permits, read, toAsk } from './choice';
import type { How } from './decide';
import { button, element, fill } from './element';
import { asked, gpc, language, nonce, options, site, type Purpose } from './site';

/** style.css, put in by the build. */
declare const STYLE: string;

/** What the panel needs of the rest of the script. */
export interface Acts {
  /** Called with what the person decided, and never otherwise: closing, Escape and scrolling decide nothing. */
  decided(purposes: Record<string, boolean>, how: How): void;
  /** Shows the settings; rejects when they cannot be loaded. */
  settings(purposes: Purpose[]): Promise<void>;
  shown(): void;
}

let panel: HTMLElement | undefined;
let reopener: HTMLElement | undefined;
let acts: Acts;
let asking = false;

const page = document.documentElement;
const size = new ResizeObserver(() => page.style.setProperty('--kz-h', (panel?.offsetHeight ?? 0) + 'px'));

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
    document.head.append(element('style', { nonce: nonce ?? '' }, text));
  }
}

const textsOf = () => site.texts[language()]!;
const tagOf = () => site.languages[language()]!;
const spoken = () => ({ lang: tagOf(), dir: textsOf().dir ?? 'ltr' });

/** The permanent way back, on every page, when the panel is closed. */
export function close(): void {
  const focused = panel?.contains(document.activeElement);
  panel?.remove();
  panel = undefined;
  page.classList.remove('kz-o');
  if (options.reopener === 'off') return;
  if (!reopener?.isConnected) {
    reopener = element('button', { type: 'button', className: 'kz kz-r', ...spoken(), onclick: () => open() }, textsOf().reopen);
    document.body.append(reopener);
  }
  reopener.hidden = false;
  if (focused) reopener.focus();
}

/** Open: by the person's own click, or because something is to be asked. */
export const isOpen = () => (panel ? (asking ? 'asking' : 'opened') : false);

export function done(purposes: Record<string, boolean>, layout: How['collection']['layout'], pressed: How['collection']['element'], action: How['action']): void {
  close();
  acts.decided(purposes, { action, language: tagOf(), collection: { build: site.build, layout, element: pressed } });
}

/** The two buttons that every layer has. */
export function bothButtons(purposes: Purpose[], layout: 'banner' | 'settings'): HTMLElement[] {
  const text = textsOf();
  const all = (value: boolean, some = purposes) => Object.fromEntries(some.map(p => [p.id, value]));
  return [
    button(text.refuse, () => done(all(false), layout, 'refuse-all', purposes.some(p => read().p[p.id]?.[0]) ? 'withdraw' : 'refuse-all')),
    // What the browser refuses by Global Privacy Control is accepted by its own box only.
    button(text.accept, () => done(all(true, purposes.filter(p => !(p.advertising && gpc() && !permits(p.id)))), layout, 'accept-all', 'accept-all')),
  ];
}

/** Puts a layer into the panel. Only a person's own click moves the focus. */
export function show(title: string, body: (Node | string)[], buttons: Node[], focus: boolean, closable: boolean): void {
  const text = textsOf();
  const heading = element('h2', { tabIndex: -1 }, title);
  const content = element('div', { className: 'kz-b' }, heading, ...body, element('p', {}, fill(text.withdraw, text)));
  if (closable) content.prepend(element('button', { type: 'button', className: 'kz-x', onclick: close }, text.close));
  const fresh = element('div', {
    className: 'kz kz-w kz-' + options.position, ...spoken(), onkeydown: e => { if (e.key === 'Escape') close(); },
  }, content, element('div', { className: 'kz-a' }, ...buttons));
  fresh.setAttribute('role', 'region');
  fresh.setAttribute('aria-label', text.reopen);
  if (panel) panel.replaceWith(fresh);
  else document.body.prepend(fresh);
  panel = fresh;
  if (reopener) reopener.hidden = true;
  page.classList.add('kz-o');
  size.disconnect();
  size.observe(fresh);
  if (focus) heading.focus();
}

/** Shows the first layer: what is to be asked, or with the state as it is when the person opens it. */
export function open(ask?: Purpose[]): void {
  const text = textsOf();
  asking = !!ask;
  const chosen = !ask && asked.some(p => !toAsk(p));
  const purposes = ask ?? asked;
  const name = (p: Purpose) => p.name![language()]!;
  const settings = button(text.settings, () => acts.settings(purposes).catch(() => settings.replaceWith(element('p', { role: 'status' }, text.failed))));
  show(
    chosen ? text.reopen : text.title,
    [
      element('p', {}, fill(ask && Object.keys(read().p).length ? text.again : text.intro, site as unknown as Record<string, string>)),
      element('ul', {}, ...purposes.map(p => element('li', {}, element('b', {}, name(p)), chosen ? ` (${permits(p.id) ? text.on : text.off})` : ''))),
    ],
    [...bothButtons(purposes, 'banner'), settings], !ask, chosen);
  acts.shown();
}
