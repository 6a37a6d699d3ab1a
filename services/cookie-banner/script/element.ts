/** An element with properties and children; text becomes text nodes, never markup. */
export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T, properties: Partial<HTMLElementTagNameMap[T]>, ...children: (Node | string)[]
): HTMLElementTagNameMap[T] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export const button = (label: string, onclick: () => void) => element('button', { type: 'button', onclick }, label);

/** Puts values in the place of {names}. */
export const fill = (text: string, values: Record<string, string>) => text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
