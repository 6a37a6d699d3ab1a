import { permits, read, toAsk } from './choice';
import { asked, site, type Purpose } from './site';
import { description, element, name, texts } from './texts';

/** style.css, put in by the build. */
declare const STYLE: string;

/** How the choice was made. The words stand in receipts: they are never renamed, and a new layer or button gets a new one. */
export interface How {
  action: Button | 'withdraw';
  language: string;
  collection: { build: string; layout: 'banner' | 'settings'; element: Button };
}
type Button = 'refuse-all' | 'accept-all' | 'save';

/** Called with what the person decided, and never otherwise: closing, Escape and scrolling decide nothing. */
export type Decided = (purposes: Record<string, boolean>, how: How) => void;

let panel: HTMLElement | undefined;
let reopener: HTMLElement | undefined;
let decided: Decided;

const page = document.documentElement;
const size = new ResizeObserver(() => page.style.setProperty('--kz-h', (panel?.offsetHeight ?? 0) + 'px'));

export function install(whenDecided: Decided): void {
  decided = whenDecided;
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  } catch {
    document.head.append(element('style', {}, STYLE));
  }
}

/** The permanent way back, on every page, when the panel is closed. */
export function close(): void {
  const focused = panel?.contains(document.activeElement);
  panel?.remove();
  panel = undefined;
  page.classList.remove('kz-o');
  if (!reopener?.isConnected) {
    const [language, text] = texts();
    reopener = element('button', { type: 'button', className: 'kz-r', lang: language, onclick: () => open() }, text.reopen);
    document.body.append(reopener);
  }
  reopener.hidden = false;
  if (focused) reopener.focus();
}

/** Shows the first layer, with the state as it is once there is one; or the settings. Only a person's own click moves the focus. */
export function open(settings = false, ask?: Purpose[]): void {
  const [language, text] = texts();
  const chosen = !ask && asked.some(p => !toAsk(p));
  const purposes = ask ?? asked;
  const boxes = purposes.map(p => element('input', { type: 'checkbox', name: p.id, checked: permits(p.id) }));

  const all = (value: boolean) => Object.fromEntries(purposes.map(p => [p.id, value]));
  const done = (choice: Record<string, boolean>, pressed: Button, action: How['action'] = pressed) => {
    close();
    decided(choice, { action, language, collection: { build: site.build, layout: settings ? 'settings' : 'banner', element: pressed } });
  };
  const button = (label: string, onclick: () => void) => element('button', { type: 'button', onclick }, label);
  const refuse = button(text.refuse, () => done(all(false), 'refuse-all', purposes.some(p => read().p[p.id]?.[0]) ? 'withdraw' : undefined));
  const accept = button(text.accept, () => done(all(true), 'accept-all'));

  const title = element('h2', { tabIndex: -1 }, settings || chosen ? text.reopen : text.title);
  const body = element('div', { className: 'kz-b' }, title);
  const buttons = element('div', { className: 'kz-a' }, refuse, accept);
  if (settings) {
    body.append(
      ...purposes.map((p, i) => element('label', { className: 'kz-p' }, boxes[i]!,
        element('span', {}, element('b', {}, name(p)), element('br', {}), description(p)))),
      ...site.purposes.filter(p => !p.meaning && p.name).map(p => element('p', { className: 'kz-p' },
        element('span', {}, element('b', {}, name(p)), ` (${text.always})`, element('br', {}), description(p)))));
    buttons.append(button(text.save, () => done(Object.fromEntries(purposes.map((p, i) => [p.id, boxes[i]!.checked])), 'save')));
  } else {
    body.append(
      element('p', {}, text.intro(site.controller)),
      element('ul', {}, ...purposes.map(p => element('li', {}, element('b', {}, name(p)),
        chosen ? ` (${permits(p.id) ? text.on : text.off})` : ''))));
    buttons.append(button(text.settings, () => open(true, ask)));
  }
  body.append(element('p', {}, text.withdraw));

  const fresh = element('div', {
    className: 'kz', lang: language, onkeydown: e => { if (e.key === 'Escape') close(); },
  }, body, buttons);
  fresh.setAttribute('role', 'region');
  fresh.setAttribute('aria-label', text.reopen);
  if (chosen) body.prepend(element('button', { type: 'button', className: 'kz-x', onclick: close }, text.close));

  if (panel) panel.replaceWith(fresh);
  else document.body.prepend(fresh);
  panel = fresh;
  if (reopener) reopener.hidden = true;
  page.classList.add('kz-o');
  size.disconnect();
  size.observe(fresh);
  if (settings || !ask) title.focus();
}
