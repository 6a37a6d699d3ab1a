// Stands in for /banner/{site}.js: the global that the package is written against, and nothing to see. It keeps its state in memory.
(() => {
  if (window.consent?.permits) return;
  const state = { statistics: false, media: false };
  const listeners = new Set();
  window.opened = 0;
  window.consent = {
    get: () => ({ ...state }),
    permits: id => id === 'necessary' || state[id] === true,
    set(purposes) {
      Object.assign(state, purposes);
      listeners.forEach(listener => listener({ ...state }));
      dispatchEvent(new CustomEvent('consent:changed', { detail: { purposes: { ...state } } }));
    },
    open: () => { window.opened++; },
    on(listener) {
      listeners.add(listener);
      listener({ ...state });
      return () => listeners.delete(listener);
    },
    ready: Promise.resolve({ ...state }),
    id: () => undefined,
  };
  dispatchEvent(new CustomEvent('consent:ready', { detail: { purposes: { ...state } } }));
})();
