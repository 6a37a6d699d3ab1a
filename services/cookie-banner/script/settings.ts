import { core, details, type Key } from './details';
import type { Purpose } from './site';

/** The second layer: a box for each purpose, who receives data, what is stored and for how long, and what needs no consent and why. */
export function settings(purposes: Purpose[], before: Node[]): void {
  const { element, button } = core;
  const { texts } = details;
  const tag = core.tag();
  // Each of these takes a browser a while to make.
  const country = new Intl.DisplayNames([tag], { type: 'region' });
  const units = ['year', 'month', 'day'].map(unit => new Intl.NumberFormat(tag, { style: 'unit', unit, unitDisplay: 'long' }));
  const boxes = purposes.map(p => element('input', { type: 'checkbox', name: p.id, checked: core.permits(p.id) }));
  const always = Object.entries(details.purposes).filter(([id]) => !core.asked.some(p => p.id === id));
  const described = (id: string, ...before: Node[]) => {
    const p = details.purposes[id]!;
    return [...before, element('b', {}, p.name), element('br', {}), p.text];
  };
  core.show(
    core.texts().reopen,
    [
      ...before,
      ...(texts.gpc && core.gpc() ? [element('p', {}, texts.gpc)] : []),
      ...purposes.map((p, i) => element('div', { className: 'kz-p' },
        element('label', {}, boxes[i]!, element('span', {}, ...described(p.id))), more(p.id, country, units))),
      ...always.map(([id, p]) => element('div', { className: 'kz-p' },
        element('p', {}, ...described(id), ` (${texts.always}: ${p.basis})`), more(id, country, units))),
      element('p', {}, element('a', { href: `${core.gateway}/pages/${core.site.site}/privacy?lang=${tag}`, target: '_blank', rel: 'noopener' }, texts.statement)),
    ],
    [
      ...core.bothButtons(purposes, 'settings'),
      button(texts.save, () => core.done(Object.fromEntries(purposes.map((p, i) => [p.id, boxes[i]!.checked])), 'settings', 'save', 'save')),
    ],
    true);
}

/** Recipients, and what is stored for how long, folded away. */
function more(id: string, country: Intl.DisplayNames, units: Intl.NumberFormat[]): Node {
  const { element, site, fill } = core;
  const { texts, vendors, purposes } = details;
  const tag = core.tag();
  const who = (purposes[id]!.vendors ?? []).map(v => vendors[v]!);
  const link = (v: typeof who[number]) => (v.privacy ? element('a', { href: v.privacy, rel: 'noopener', target: '_blank' }, v.name) : v.name);
  const kept = purposes[id]!.keys ?? [];
  return element('details', {},
    element('summary', {}, `${texts.vendors}; ${texts.cookies.toLocaleLowerCase(tag)}`),
    who.length
      ? element('ul', {}, ...who.map(v => element('li', {}, link(v), ` (${country.of(v.country)})`)))
      : element('p', {}, fill(texts.ourselves, { controller: site.controller })),
    element('ul', {}, ...kept.map(k => element('li', {}, element('code', {}, k.name), ` (${life(k, units)}): ${k.text}`))));
}

function life(key: Key, units: Intl.NumberFormat[]): string {
  const { texts } = details;
  if (!key.life) return key.kind === 'l' ? texts.unlimited : texts.session;
  return units.flatMap((unit, i) => key.life![i] ? unit.format(key.life![i]!) : []).join(', ');
}
