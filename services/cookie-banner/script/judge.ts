/** What the service puts ahead of the guard. */
export interface Guarded {
  /** Host names of the site's origins. */
  own: string[];
  /** Those whose hosts the declaration names. */
  vendors: Vendor[];
}

export interface Vendor {
  id: string;
  /** Names; *. and a name is every host under that. */
  hosts: string[];
  /** Ids of the purposes that it serves. */
  purposes: string[];
}

/** Whose request is held: a vendor's, none of whose purposes is permitted; without a vendor, that of a host which the declaration does not name. */
export interface Held {
  host: string;
  vendor?: string;
  purposes: string[];
}

/**
 * Whether a request is held; nothing when it may go. The host decides, whatever its port: what has none (data:, blob:, about:) is asked of
 * nobody. A pure function.
 */
export function judge(address: URL, own: string[], vendors: Vendor[], permits: (purpose: string) => boolean): Held | undefined {
  const host = address.hostname;
  if (!/^(http|ws)s?:$/.test(address.protocol) || own.includes(host)) return undefined;
  const vendor = vendors.find(v => v.hosts.some(h => (h[0] === '*' ? host.endsWith(h.slice(1)) : host === h)));
  return vendor?.purposes.some(permits) ? undefined : { host, vendor: vendor?.id, purposes: vendor?.purposes ?? [] };
}
