import { holding, may } from './hold-request';
import { replace, wrap } from './wrap';

/** Properties by which an element loads something. The attribute's name is the same in lower case. */
const loads = new Map(Object.entries({
  script: ['src'], iframe: ['src'], img: ['srcset', 'src'], link: ['href', 'imageSrcset'], video: ['src', 'poster'], audio: ['src'], source: ['srcset', 'src'],
  track: ['src'], embed: ['src'], object: ['data'],
}));

/** What the page set and was held, by attribute. */
const set = new WeakMap<Element, Map<string, string>>();

/** Elements, by their properties and by setAttribute. One that is held keeps what it had. */
export function holdElements(): void {
  const wrapped = new Set<unknown>();
  for (const [tag, names] of loads) {
    for (const name of names) {
      let owner: object | null = document.createElement(tag);
      let property: PropertyDescriptor | undefined;
      while (owner && !(property = Object.getOwnPropertyDescriptor(owner, name))) owner = Object.getPrototypeOf(owner);
      // Of video and audio it is the same one.
      if (!property?.set || wrapped.has(property.set)) continue;
      const attribute = name.toLowerCase();
      property.set = wrap(property.set, ([value], call, self) => hold(self as HTMLElement, attribute, value, call));
      property.get = wrap(property.get!, (_, _call, self) => {
        const value = set.get(self as Element)?.get(attribute);
        return value === undefined ? undefined : () => (isList(attribute) ? value : new URL(value, document.baseURI).href);
      });
      wrapped.add(property.set);
      Object.defineProperty(owner!, name, property);
    }
  }
  replace(Element.prototype, 'setAttribute', ([name, value], call, self) => {
    const names = loads.get((self as Element).localName);
    const attribute = names && String(name).toLowerCase();
    return names?.some(n => n.toLowerCase() === attribute) ? hold(self as HTMLElement, attribute!, value, call) : undefined;
  });
}

function hold(element: HTMLElement, attribute: string, value: unknown, call: () => unknown): (() => void) | undefined {
  const text = String(value);
  const before = set.get(element) ?? new Map<string, string>();
  before.delete(attribute);
  const held = isReleased(element, attribute, text) || isMute(element) ? undefined : holding(element.localName, isList(attribute) ? text.split(/[\s,]+/) : [text]);
  if (!held) return undefined;
  set.set(element, before.set(attribute, text));
  void held.then(go => {
    // Not when the page has set something else meanwhile.
    if (!go || before.get(attribute) !== text) return;
    before.delete(attribute);
    call();
  });
  return () => {};
}

/** Several addresses, of which the browser chooses. */
const isList = (attribute: string) => attribute.endsWith('set');

/** What is marked with a purpose, the banner holds back and releases, also for once. */
function isReleased({ dataset }: HTMLElement, attribute: string, value: string): boolean {
  return !!dataset.purpose && (may(dataset.purpose) || dataset[attribute] === value);
}

/** A link that names a page and loads nothing, such as the canonical one. */
const isMute = (element: HTMLElement) => element.localName === 'link' && /^(?!.*(sheet|pre[^v]|icon|manifest))./i.test((element as HTMLLinkElement).rel);
