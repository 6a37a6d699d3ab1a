// Holds the arrows of a render (reach.mjs) against those that were written by hand (arrows.json): nothing more, and nothing less.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { environment, ofKind, workloads } from "./objects.mjs";
import { arrows, podsOf } from "./reach.mjs";

const { groups, arrows: written } = JSON.parse(readFileSync(path.join(path.dirname(fileURLToPath(import.meta.url)), "arrows.json"), "utf8"));
const ports = [25, 53, 80, 443, 465, 587, 4317, 4318, 5432, 5671, 5672, 8080, 8443, 9464, 14000].map((containerPort) => ({ containerPort }));
const resolving = [{ containerPort: 53 }, { containerPort: 5353 }];
const inNamespace = (name, labels = {}) => ({ namespace: { "kubernetes.io/metadata.name": name }, labels, address: "10.244.9.9" });

/** Those outside of a release, by the namespaces that the values of the forms name. */
const outside = [
  { name: "gateways", ...inNamespace("gateways"), ports },
  { name: "ingress-nginx", ...inNamespace("ingress-nginx"), ports },
  { name: "dns", ...inNamespace("kube-system", { "k8s-app": "kube-dns" }), ports: resolving, silent: true },
  // On the host's network of each node, and so of no labels.
  { name: "dns on the node", address: "169.254.20.10", ports: resolving, silent: true },
  { name: "dns on the node, as a pod", ...inNamespace("kube-system", { "k8s-app": "node-local-dns" }), ports: resolving, silent: true },
  { name: "Microsoft's issuer", address: "20.190.130.1", ports },
  ...["identity", "messaging", "databases"].map((name) => ({ name, ...inNamespace(name), ports })),
  { name: "monitoring", ...inNamespace("monitoring"), ports },
  { name: "keda", ...inNamespace("keda"), ports },
  { name: "internet", address: "203.0.113.7", ports },
  { name: "private network", address: "10.20.30.40", ports },
  { name: "private endpoints", address: "10.1.4.5", ports },
  { name: "another namespace", ...inNamespace("other"), ports },
];

/** What the values of a form may cut down. */
const far = ["anywhere", "public"];

const portOf = (address) => {
  const { protocol, port } = new URL(address.includes("://") ? address : `smtp://${address}`);
  return Number(port) || { "http:": 80, "https:": 443, "smtp:": 587 }[protocol];
};

/**
 * The arrows that there should be. @param only names to which "anywhere" is cut, by the "why" of an arrow: peers that the form's values name.
 * @param at ports in place of those of an address or an arrow, by the "why" too.
 */
export function wanted(all, only = {}, at = {}) {
  const pods = new Map(podsOf(all).map((p) => [p.name, { ...p, env: workloads(all).filter((w) => w.metadata.name === `consent-${p.name}`).flatMap(environment) }]));
  const told = (arrow, end) => (far.includes(arrow[end]) && only[arrow.why]) || groups[arrow[end]] || [arrow[end]];
  const ends = (arrow, end) => told(arrow, end).filter((name) => pods.has(name) ? end === "to" || !pods.get(name).operated : outside.some((o) => o.name === name));
  return [...new Set(written.filter((a) => !a.rendered || ofKind(all, a.rendered).length).filter((a) => !a.without?.split(" ").some((name) => pods.has(name))).flatMap((arrow) => ends(arrow, "from").flatMap((from) => {
    const setting = (name) => pods.get(from)?.env.find((e) => e.name === name);
    if ((arrow.setting && !setting(arrow.setting)) || (arrow.is && setting(arrow.setting).value !== arrow.is) || (arrow.unless && setting(arrow.unless))) return [];
    if (arrow.label && !pods.get(from)?.labels[arrow.label]) return [];
    const numbers = at[arrow.why] ?? arrow.ports ?? [portOf(setting(arrow.setting).value)];
    return ends(arrow, "to").filter((to) => to !== from).flatMap((to) => numbers.map((n) => `${from} -> ${to}:${n}`));
  })))].sort();
}

export function arrowFaults(all, only, at) {
  const [found, should] = [arrows(all, outside), wanted(all, only, at)];
  return [...found.filter((a) => !should.includes(a)).map((a) => `open, and should not be: ${a}`), ...should.filter((a) => !found.includes(a)).map((a) => `closed, and should be open: ${a}`)];
}
