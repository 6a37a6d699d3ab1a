// A small first-party analytics script, written as any is: it knows nothing of consent but what window.consent tells it.
(() => {
  const { site, gateway } = document.body.dataset;
  const count = () => {
    const id = window.consent.id();
    if (!window.consent.permits('statistics') || !id) return;
    const seen = Number(/(?:^|; )_demo_stats=(\d+)/.exec(document.cookie)?.[1] ?? 0);
    document.cookie = `_demo_stats=${seen + 1};Path=/;SameSite=Lax;Max-Age=${60 * 60 * 24 * 30}`;
    fetch(`${gateway}/collect/${site}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Consent-Subject': id },
      body: JSON.stringify({ page: location.pathname, title: document.title }),
      credentials: 'omit',
      keepalive: true,
    }).catch(() => { /* a lost hit is not worth an error */ });
  };
  document.documentElement.dataset.analyticsRuns = String(Number(document.documentElement.dataset.analyticsRuns ?? 0) + 1);
  count();
  document.addEventListener('click', e => {
    if (e.target instanceof Element && e.target.closest('[data-hit]')) count();
  });
  let permitted = true;
  addEventListener('consent:changed', e => {
    const now = e.detail.purposes.statistics === true;
    if (now && !permitted) count();
    permitted = now;
  });
})();
