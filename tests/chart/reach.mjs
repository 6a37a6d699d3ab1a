// Who reaches whom, by the rendered NetworkPolicies alone: an arrow "from -> to:port" for each connection that they let through.
import { containers, labelsOf, ofKind, selects, workloads } from "./objects.mjs";

const namespace = { "kubernetes.io/metadata.name": "consent" };
/** A port that nothing listens on: whoever may speak to it may speak to all. */
const unheard = 1;

const number = (address) => address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
export const inside = (cidr, address) => {
  const [base, bits] = cidr.split("/");
  const size = 2 ** (32 - Number(bits));
  return Math.floor(number(base) / size) === Math.floor(number(address) / size);
};

/** The pods of a release, by the names of the workloads without the release's; those that operators make of what is rendered too. */
export function podsOf(all, release = "consent") {
  const short = (name) => name.startsWith(`${release}-`) ? name.slice(release.length + 1) : name;
  const own = workloads(all).map((w) => ({ name: short(w.metadata.name), labels: labelsOf(w), ports: containers(w).flatMap((c) => c.ports ?? []) }));
  const made = [
    ...ofKind(all, "Cluster").map((c) => ({ name: short(c.metadata.name), labels: { "cnpg.io/cluster": c.metadata.name, ...c.spec.inheritedMetadata?.labels }, ports: [{ name: "postgresql", containerPort: 5432 }], operated: true })),
    ...ofKind(all, "RabbitmqCluster").map((c) => ({ name: short(c.metadata.name), labels: { "app.kubernetes.io/name": c.metadata.name, "app.kubernetes.io/component": "rabbitmq", "app.kubernetes.io/part-of": "rabbitmq" }, ports: [{ name: "amqp", containerPort: 5672 }], operated: true })),
  ];
  return [...own, ...made].map((p) => ({ ...p, namespace, address: "10.244.0.9" }));
}

const typesOf = (p) => p.spec.policyTypes ?? ["Ingress", ...(p.spec.egress ? ["Egress"] : [])];
export const policiesFor = (all, pod, type) => ofKind(all, "NetworkPolicy").filter((p) => typesOf(p).includes(type) && selects(p.spec.podSelector, pod.labels));

const isPeer = (peer, other) => {
  if (peer.ipBlock) return inside(peer.ipBlock.cidr, other.address) && !(peer.ipBlock.except ?? []).some((cidr) => inside(cidr, other.address));
  if (!other.labels) return false;
  return (peer.namespaceSelector ? selects(peer.namespaceSelector, other.namespace) : other.namespace === namespace) && selects(peer.podSelector, other.labels);
};
const isPort = (rule, port, listener) => !rule.ports?.length || rule.ports.some((p) => p.port === undefined ? true
  : typeof p.port === "string" ? listener.ports?.some((own) => own.name === p.port && own.containerPort === port)
  : port >= p.port && port <= (p.endPort ?? p.port));

const allowed = (all, pod, type, other, port) => {
  if (!pod.labels || pod.namespace !== namespace) return true;
  const policies = policiesFor(all, pod, type);
  const [rules, peers, listener] = type === "Ingress" ? ["ingress", "from", pod] : ["egress", "to", other];
  return policies.length === 0 || policies.some((p) => (p.spec[rules] ?? []).some((r) => isPort(r, port, listener) && (!r[peers]?.length || r[peers].some((peer) => isPeer(peer, other)))));
};

/** Every arrow between pods, and between pods and those outside ({ name, ports, address, labels, namespace }). */
export function arrows(all, outside) {
  const pods = podsOf(all);
  const found = new Set();
  for (const from of [...pods, ...outside]) for (const to of [...pods, ...outside]) {
    if (from === to || (outside.includes(from) && outside.includes(to)) || from.operated || from.silent) continue;
    const open = (port) => allowed(all, from, "Egress", to, port) && allowed(all, to, "Ingress", from, port);
    if (open(unheard)) found.add(`${from.name} -> ${to.name}:*`);
    else for (const { containerPort } of to.ports) if (open(containerPort)) found.add(`${from.name} -> ${to.name}:${containerPort}`);
  }
  return [...found].sort();
}
