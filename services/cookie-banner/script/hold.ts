import { core } from './embeds';
import { cover, uncover } from './placeholder';

/** Attributes that load something, and the elements whose own wait under data-…. */
const loads = { IFRAME: ['src'], IMG: ['srcset', 'src'], LINK: ['href'], VIDEO: ['src'], AUDIO: ['src'], EMBED: ['src'], OBJECT: ['data'] } as Record<string, string[]>;
const held = Object.keys(loads).map(tag => `${tag}[data-purpose]`).join();
/** Shown for this page only, by the person's own click: remembered nowhere else. */
const once = new WeakSet<Element>();

/** Shows and takes away, as the choice says. */
export function hold(): void {
  for (const element of document.querySelectorAll<HTMLElement>(held)) {
    if (core.permits(element.dataset.purpose!) || once.has(element)) release(element);
    else withhold(element);
  }
}

function release(element: HTMLElement): void {
  uncover(element);
  for (const attribute of loads[element.tagName]!) {
    const value = element.dataset[attribute];
    if (value && element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
  }
}

function withhold(element: HTMLElement): void {
  const attributes = loads[element.tagName]!;
  if (attributes.some(a => element.dataset[a] && element.hasAttribute(a))) {
    // A fresh element ends whatever the old one was doing.
    const fresh = element.cloneNode() as HTMLElement;
    for (const a of attributes) fresh.removeAttribute(a);
    element.replaceWith(fresh);
    element = fresh;
  }
  if (attributes.some(a => element.dataset[a])) cover(element, () => {
    once.add(element);
    hold();
  });
}
