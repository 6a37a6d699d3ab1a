import { core, details, texts } from './embeds';

const notes = new Map<Element, HTMLElement>();

/** Hides what is held back; frames and media get a note in their place, which says who waits behind it and what each button does. */
export function cover(element: HTMLElement, showOnce: () => void): void {
  if (element.tagName === 'LINK') return;
  const [height, { display }] = [element.offsetHeight, getComputedStyle(element)];
  element.hidden = true;
  if (notes.get(element)?.isConnected || element.tagName === 'IMG') return;
  const { element: make, button, fill } = core;
  const id = element.dataset.purpose!;
  const purpose = details.purposes[id];
  const vendors = (purpose?.vendors ?? []).map(v => details.vendors[v]!.name);
  const vendor = details.vendors[element.dataset.vendor ?? '']?.name ?? (vendors.length === 1 ? vendors[0]! : host(element));
  const values = { vendor: vendor ?? '', purpose: purpose?.name ?? id, vendors: vendors.join(', ') };
  const isAsked = core.asked.some(p => p.id === id);
  // Consent is given for a purpose, so "always" names it, and with it everyone to whom it would be given, and says how it ends.
  const always = fill(vendors.length ? texts.allowFor : texts.allow, values);
  const note = make('div', { className: 'kz kz-n', ...core.spoken() },
    make('p', {}, fill(vendor ? texts.held : texts.heldHere, values)),
    button(texts.once, showOnce),
    ...(isAsked ? [
      button(always, () => core.done({ [id]: true }, 'placeholder', 'always', 'save')),
      make('p', {}, `${core.site.controller}: ${fill(core.texts().withdraw, core.texts())}`),
    ] : []));
  note.setAttribute('role', 'group');
  note.setAttribute('aria-label', element.title || values.purpose);
  // It takes the room of what it stands for, so that nothing on the page moves; said to the style alone, which no policy of the page forbids.
  note.style.minHeight = height + 'px';
  if (display === 'inline') note.classList.add('kz-i');
  notes.set(element, note);
  element.before(note);
  core.tell('held', { purpose: id, element });
}

export function uncover(element: HTMLElement): void {
  const note = notes.get(element);
  const focused = note?.contains(document.activeElement);
  note?.remove();
  notes.delete(element);
  element.hidden = false;
  if (focused) element.focus();
}

/** Takes away the notes of what its page has taken out. */
export function dropNotes(): void {
  for (const [element, note] of notes) {
    if (element.isConnected) continue;
    note.remove();
    notes.delete(element);
  }
}

function host(element: HTMLElement): string | undefined {
  try {
    const from = new URL(element.dataset.src ?? element.dataset.data ?? '', document.baseURI);
    return from.host === location.host ? undefined : from.host;
  } catch {
    return undefined;
  }
}
