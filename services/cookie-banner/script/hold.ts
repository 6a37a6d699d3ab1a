import { core, details } from './embeds';
import { known } from './known';
import { cover, dropNotes, uncover } from './placeholder';

/** Attributes that load something, and the elements whose own wait under data-…. */
const loads = { IFRAME: ['src'], IMG: ['srcset', 'src'], LINK: ['href'], VIDEO: ['src'], AUDIO: ['src'], EMBED: ['src'], OBJECT: ['data'] } as Record<string, string[]>;
const held = Object.keys(loads).map(tag => `${tag}[data-purpose]`).join();
/** Shown for this page only, by the person's own click, until a decision on its purpose: remembered nowhere else. */
const once = new WeakSet<Element>();
/** What was released, and with which addresses: what its own player makes of it later is its own. */
const released = new WeakMap<Element, string>();

/** Shows and takes away, as the choice says. */
export function hold(): void {
  dropNotes();
  const decided = details.decided ?? {};
  details.decided = undefined;
  for (const element of document.querySelectorAll<HTMLElement>(held)) {
    const purpose = element.dataset.purpose!;
    const isPermitted = known(core, element) && core.permits(purpose);
    if (isPermitted || purpose in decided) once.delete(element);
    if (isPermitted || once.has(element)) release(element);
    else withhold(element);
  }
}

function release(element: HTMLElement): void {
  const attributes = loads[element.tagName]!;
  const addresses = attributes.map(a => element.dataset[a]).join(' ');
  if (released.get(element) === addresses) return;
  released.set(element, addresses);
  uncover(element);
  for (const attribute of attributes) {
    const value = element.dataset[attribute];
    if (value && element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
  }
}

function withhold(element: HTMLElement): void {
  released.delete(element);
  const attributes = loads[element.tagName]!.filter(a => element.dataset[a]);
  if (attributes.some(a => element.hasAttribute(a))) {
    for (const a of attributes) element.removeAttribute(a);
    // Taken out and put back, whatever it was doing ends; it stays the same element, which the page may know.
    const place = document.createComment('');
    element.replaceWith(place);
    place.replaceWith(element);
    (element as Partial<HTMLMediaElement>).load?.();
  }
  if (attributes.length) cover(element, () => {
    once.add(element);
    hold();
  });
}
