// What rendered manifests hold: the words in which the rules are written.
export const named = (o) => `${o.kind} ${o.metadata.name}`;
export const ofKind = (all, ...kinds) => all.filter((o) => kinds.includes(o.kind));

/** Everything that makes pods, helm's hooks and tests included. */
export const workloads = (all) => ofKind(all, "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod");
export const deployments = (all) => ofKind(all, "Deployment");
/** Those that stay: the others end by themselves, and nothing is sent to them. */
export const lasting = (all) => ofKind(all, "Deployment", "StatefulSet", "DaemonSet");

/** The pod template: its metadata and spec. */
export const template = (w) => w.kind === "Pod" ? w : w.kind === "CronJob" ? w.spec.jobTemplate.spec.template : w.spec.template;
export const pod = (w) => template(w).spec;
export const labelsOf = (w) => template(w).metadata?.labels ?? {};
export const containers = (w) => [...(pod(w).initContainers ?? []), ...pod(w).containers, ...(pod(w).ephemeralContainers ?? [])];
export const environment = (w) => pod(w).containers[0].env ?? [];
export const images = (all) => workloads(all).flatMap((w) => containers(w).map((c) => c.image));

/** Volumes of the pod, those of a StatefulSet's claims too. */
export const volumes = (w) => [
  ...(pod(w).volumes ?? []),
  ...(w.spec.volumeClaimTemplates ?? []).map((t) => ({ name: t.metadata.name, claimTemplate: t })),
];

export const eachPod = (all, faultsOf) => workloads(all).flatMap((w) => faultsOf(pod(w), w).filter(Boolean).map((f) => `${named(w)}: ${f}`));
export const eachContainer = (all, faultsOf) => workloads(all).flatMap((w) =>
  containers(w).flatMap((c) => faultsOf(c, w).filter(Boolean).map((f) => `${named(w)}, ${c.name}: ${f}`)));

/** Whether a label selector (matchLabels, matchExpressions) takes these labels. An empty one takes all. */
export const selects = (selector, labels = {}) =>
  Object.entries(selector?.matchLabels ?? {}).every(([k, v]) => labels[k] === v) &&
  (selector?.matchExpressions ?? []).every(({ key, operator, values = [] }) => ({
    In: () => values.includes(labels[key]),
    NotIn: () => !values.includes(labels[key]),
    Exists: () => key in labels,
    DoesNotExist: () => !(key in labels),
  })[operator]());

export const hasPort = (c, port) => (c.ports ?? []).some((p) => p.name === port || p.containerPort === port);
export const find = (all, kind, name) => all.find((o) => o.kind === kind && o.metadata.name === name);

/** Seconds of a .NET time span such as 00:00:05. */
export const seconds = (span) => span.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);

/** A quantity of Kubernetes as a number: 100m, 1, 192Mi, 8Gi. */
export const quantity = (text) => {
  const [, number, unit] = /^([\d.]+)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/.exec(String(text)) ?? [];
  if (number === undefined) throw new Error(`${text} is no quantity.`);
  return Number(number) * ({ m: 1e-3, k: 1e3, M: 1e6, G: 1e9, T: 1e12, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 }[unit] ?? 1);
};
