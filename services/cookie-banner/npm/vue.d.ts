import type { DefineComponent, Ref, SlotsType, VNode } from 'vue';
import type { Purposes } from './index.js';

/** The state of the visitor's consent, to be called in `setup`. On a server, and until mounted: not ready, nothing permitted. */
export function useConsent(): {
  ready: Readonly<Ref<boolean>>;
  purposes: Readonly<Ref<Readonly<Purposes>>>;
  /** Reactive: a template or computed value that calls it follows each change. */
  permits(id: string): boolean;
  set(purposes: Purposes): void;
  open(): void;
};

/** Renders its default slot only while the purpose is permitted, and the slot `fallback` otherwise. Withdrawal unmounts the content. */
export const ConsentGate: DefineComponent<{ purpose: string }, () => VNode[] | undefined, {}, {}, {}, {}, {}, {}, string, {}, {}, {},
  SlotsType<{ default?: {}; fallback?: {} }>>;
