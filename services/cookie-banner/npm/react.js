import { useSyncExternalStore } from 'react';
import { isReady, open, permits, purposes, set, subscribe } from './index.js';

const none = Object.freeze({});

export function useConsent() {
  const ready = useSyncExternalStore(subscribe, isReady, () => false);
  const now = useSyncExternalStore(subscribe, purposes, () => none);
  // While hydrating, the client must render what the server did.
  return { ready, purposes: now, permits: id => ready && permits(id), set, open };
}

export function ConsentGate({ purpose, fallback = null, children = null }) {
  return useSyncExternalStore(subscribe, () => permits(purpose), () => false) ? children : fallback;
}
