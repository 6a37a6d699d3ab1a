import { defineComponent, onMounted, onUnmounted, ref, shallowReadonly, shallowRef } from 'vue';
import { isReady, open, permits, purposes, set, subscribe } from './index.js';

export function useConsent() {
  const ready = ref(false);
  const now = shallowRef(Object.freeze({}));
  // Counts changes: a purpose that needs no consent is permitted without standing in `purposes`.
  const changes = ref(0);
  const refresh = () => {
    ready.value = isReady();
    now.value = purposes();
    changes.value++;
  };
  let stop;
  // Not before: while hydrating, the client must render what the server did.
  onMounted(() => {
    stop = subscribe(refresh);
    refresh();
  });
  onUnmounted(() => stop?.());
  return { ready: shallowReadonly(ready), purposes: shallowReadonly(now), permits: id => changes.value > 0 && permits(id), set, open };
}

export const ConsentGate = defineComponent({
  name: 'ConsentGate',
  props: { purpose: { type: String, required: true } },
  setup(props, { slots }) {
    const { permits } = useConsent();
    return () => permits(props.purpose) ? slots.default?.() : slots.fallback?.();
  },
});
