/** Each domain for which a script of this page can set a cookie, as an attribute; first this host alone. */
export function domains(): string[] {
  const labels = location.hostname.split('.');
  return ['', ...labels.map((_, i) => ';Domain=' + labels.slice(i).join('.'))];
}
