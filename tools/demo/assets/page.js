// Shows what is in force, and sends the newsletter form.
(() => {
  const { site, gateway } = document.body.dataset;
  const list = document.querySelector('.states');
  const id = document.querySelector('[data-id]');
  const show = () => {
    const now = window.consent?.get();
    for (const line of list.querySelectorAll('[data-state]')) {
      const permitted = now?.[line.dataset.state];
      line.textContent = permitted === undefined ? list.dataset.unknown : permitted ? list.dataset.allowed : list.dataset.denied;
      line.dataset.permitted = String(permitted ?? '');
    }
    const visitor = window.consent?.id();
    id.textContent = visitor ? `id ${visitor.slice(0, 8)}…` : id.dataset.id;
  };
  for (const told of ['consent:ready', 'consent:changed']) addEventListener(told, show);
  show();

  const form = document.querySelector('[data-newsletter]');
  form?.addEventListener('submit', async e => {
    e.preventDefault();
    const status = form.querySelector('[role=status]');
    const say = (text, ok) => { status.textContent = text; status.dataset.ok = String(ok); };
    if (!form.elements.agreed.checked) return say(form.dataset.tick, false);
    const { topic, thanks, mailbox, sorry } = form.dataset;
    try {
      const answer = await fetch(`${gateway}/v1/sites/${site}/marketing/subscriptions`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ address: form.elements.address.value, topic, language: document.documentElement.lang, source: 'form' }),
        credentials: 'omit',
      });
      if (!answer.ok) return say(sorry, false);
      say((await answer.json()).status === 'pending' ? mailbox : thanks, true);
      form.reset();
    } catch {
      say(sorry, false);
    }
  });
})();
