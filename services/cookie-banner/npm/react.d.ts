import type { ReactNode } from 'react';
import type { Purposes } from './index.js';

/** The state of the visitor's consent; the component renders again when it changes. On a server, and until hydrated: not ready, nothing permitted. */
export function useConsent(): {
  ready: boolean;
  purposes: Readonly<Purposes>;
  permits(id: string): boolean;
  set(purposes: Purposes): void;
  open(): void;
};

/**
 * Renders its children only while the purpose is permitted, and the fallback otherwise. Withdrawal unmounts the children; what they
 * started outside React must stop in their own clean-up.
 */
export function ConsentGate(props: { purpose: string; fallback?: ReactNode; children?: ReactNode }): ReactNode;
