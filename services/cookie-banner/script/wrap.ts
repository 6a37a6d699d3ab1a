/** Looks at a call: gives what is done in its place, or nothing to let it through. `call` makes it as the page meant it. */
export type Look = (args: unknown[], call: () => unknown, self: unknown) => (() => unknown) | undefined;

/**
 * To the page the same function: its name, what it gives, what it throws. Whatever goes wrong in looking lets the call through, so that odd
 * arguments get the browser's own answer.
 */
export function wrap<T extends object>(native: T, look: Look): T {
  const answer = (args: unknown[], call: () => unknown, self: unknown) => {
    let instead;
    try {
      instead = look(args, call, self);
    } catch { /* see above */ }
    return instead ? instead() : call();
  };
  return new Proxy(native, {
    apply: (target, self, args) => answer(args, () => Reflect.apply(target as () => unknown, self, args), self),
    // Of a constructor, self is what was called with new: the class itself, or one that extends it.
    construct: (target, args, made) => answer(args, () => Reflect.construct(target as new () => object, args, made), made) as object,
  });
}

/** Puts a wrapped function in the place of an object's own; of one that this browser has not, nothing. */
export function replace<T extends object>(owner: T, name: keyof T, look: Look): void {
  if (owner[name]) owner[name] = wrap(owner[name] as object, look) as T[keyof T];
}

/** Tells of a request as of one to a host that cannot be reached, in a task of its own. */
export function fail(target: EventTarget, readyState: number, ...events: Event[]): void {
  setTimeout(() => {
    define(target, { readyState });
    for (const event of events) target.dispatchEvent(event);
  });
}

/** Properties of the object's own, ahead of those of its class. */
export function define(target: object, values: object): void {
  for (const [name, value] of Object.entries(values)) Object.defineProperty(target, name, { value, writable: true, configurable: true });
}
