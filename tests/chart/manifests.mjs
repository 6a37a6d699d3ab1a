// Rules over rendered manifests: each takes them and answers the faults, as sentences.
const named = (o) => `${o.kind} ${o.metadata.name}`;
const ofKind = (all, ...kinds) => all.filter((o) => kinds.includes(o.kind));
const workloads = (all) => ofKind(all, "Deployment", "StatefulSet");
const pod = (w) => w.spec.template.spec;
const containers = (w) => [...(pod(w).initContainers ?? []), ...pod(w).containers];
const eachContainer = (all, faultsOf) => workloads(all).flatMap((w) => containers(w).flatMap((c) => faultsOf(c, w).map((f) => `${named(w)}: ${f}`)));
const selects = (selector, labels) => Object.entries(selector).every(([k, v]) => labels?.[k] === v);
const hasPort = (c, port) => (c.ports ?? []).some((p) => p.name === port || p.containerPort === port);

export const images = (all) => workloads(all).flatMap((w) => containers(w).map((c) => c.image));
export const deployments = (all) => ofKind(all, "Deployment");
export const environment = (w) => pod(w).containers[0].env;

export const rules = {
  "every probe points at a port of its container": (all) => eachContainer(all, (c) =>
    ["startupProbe", "livenessProbe", "readinessProbe"].flatMap((kind) => {
      const target = c[kind]?.httpGet ?? c[kind]?.tcpSocket;
      if (!target) return [`${c.name} has no ${kind}`];
      return hasPort(c, target.port) ? [] : [`${kind} of ${c.name} points at port ${target.port}, which it does not have`];
    })),
  "the services' probes ask for what the services answer": (all) => eachContainer(deployments(all), (c) => [
    c.livenessProbe?.httpGet?.path === "/health/live" ? "" : "liveness is not /health/live",
    c.readinessProbe?.httpGet?.path === "/health/ready" ? "" : "readiness is not /health/ready",
  ].filter(Boolean)),
  "a service listens on the port that it names": (all) => eachContainer(deployments(all), (c) =>
    c.env.some((e) => e.name === "ASPNETCORE_HTTP_PORTS" && e.value === String(c.ports[0].containerPort)) ? [] : ["ASPNETCORE_HTTP_PORTS differs"]),
  "every workload selects its own pods, and only those": (all) => workloads(all).flatMap((w) => {
    const selected = workloads(all).filter((o) => selects(w.spec.selector.matchLabels, o.spec.template.metadata.labels));
    return selected.length === 1 && selected[0] === w ? [] : [`${named(w)} selects ${selected.map(named).join(", ") || "nothing"}`];
  }),
  "every Service selects one workload, by a port that it has": (all) => ofKind(all, "Service").flatMap((s) => {
    const selected = workloads(all).filter((w) => selects(s.spec.selector, w.spec.template.metadata.labels));
    if (selected.length !== 1) return [`${named(s)} selects ${selected.length} workloads`];
    return s.spec.ports.filter((p) => !containers(selected[0]).some((c) => hasPort(c, p.targetPort))).map((p) => `${named(s)}: no port ${p.targetPort}`);
  }),
  "an Ingress leads to a Service and port that exist": (all) => ofKind(all, "Ingress").flatMap((i) =>
    i.spec.rules.flatMap((r) => r.http.paths).map((p) => p.backend.service).filter((to) =>
      !ofKind(all, "Service").some((s) => s.metadata.name === to.name && s.spec.ports.some((p) => p.name === to.port.name)))
      .map((to) => `${named(i)}: no Service ${to.name} with port ${to.port.name}`)),
  "addresses of other services are Services with that port": (all) => eachContainer(all, (c) =>
    (c.env ?? []).filter((e) => e.name.startsWith("Services__")).filter((e) => {
      const { hostname, port } = new URL(e.value);
      return !ofKind(all, "Service").some((s) => s.metadata.name === hostname && s.spec.ports.some((p) => String(p.port) === port));
    }).map((e) => `${e.name} is ${e.value}, which no Service answers`)),
  "every mount has a volume, and every volume its claim": (all) => workloads(all).flatMap((w) => {
    const volumes = [...(pod(w).volumes ?? []), ...(w.spec.volumeClaimTemplates ?? []).map((t) => ({ name: t.metadata.name }))];
    const mounts = containers(w).flatMap((c) => c.volumeMounts ?? []);
    const claims = volumes.map((v) => v.persistentVolumeClaim?.claimName).filter(Boolean);
    return [
      ...mounts.filter((m) => !volumes.some((v) => v.name === m.name)).map((m) => `${named(w)}: no volume ${m.name}`),
      ...volumes.filter((v) => !mounts.some((m) => m.name === v.name)).map((v) => `${named(w)}: volume ${v.name} is mounted nowhere`),
      ...claims.filter((name) => !ofKind(all, "PersistentVolumeClaim").some((p) => p.metadata.name === name)).map((name) => `${named(w)}: no claim ${name}`),
    ];
  }),
  "where Data says, a volume that stays is mounted": (all) => eachContainer(all, (c, w) => {
    const data = c.env?.find((e) => e.name === "Data")?.value;
    const mount = c.volumeMounts.find((m) => m.mountPath === data);
    return !data || pod(w).volumes.some((v) => v.name === mount?.name && v.persistentVolumeClaim) ? [] : [`${data} is not on a claim`];
  }),
  "one writer per volume: one replica, replaced by stopping it first": (all) => deployments(all)
    .filter((d) => d.spec.replicas !== 1 || d.spec.strategy.type !== "Recreate").map((d) => `${named(d)} could run twice at once`),
  "pods do not run as root, cannot become it, and write to volumes only": (all) => eachContainer(all, (c, w) => [
    pod(w).securityContext?.runAsNonRoot === true && pod(w).securityContext.runAsUser > 0 ? "" : "may run as root",
    pod(w).securityContext?.seccompProfile?.type === "RuntimeDefault" ? "" : "no seccomp profile",
    c.securityContext?.readOnlyRootFilesystem === true ? "" : "writable root file system",
    c.securityContext?.allowPrivilegeEscalation === false ? "" : "may gain privileges",
    c.securityContext?.capabilities?.drop?.includes("ALL") ? "" : "keeps capabilities",
  ].filter(Boolean)),
  "no token of a service account is mounted": (all) => workloads(all)
    .filter((w) => pod(w).automountServiceAccountToken !== false).map((w) => `${named(w)} mounts one`),
  "every container has requests and limits": (all) => eachContainer(all, (c) =>
    c.resources?.requests?.memory && c.resources?.requests?.cpu && c.resources?.limits?.memory ? [] : [`${c.name} lacks some`]),
  "no image is without a tag, and none is latest": (all) => images(all).filter((i) => !/(:[^/:@]+|@sha256:[0-9a-f]{64})$/.test(i) || /:latest(@|$)/.test(i)),
  "no variable is set twice": (all) => eachContainer(all, (c) => {
    const names = (c.env ?? []).map((e) => e.name.toLowerCase());
    return names.filter((n, i) => names.indexOf(n) !== i).map((n) => `${n} twice`);
  }),
  "no secret stands in an environment": (all) => eachContainer(all, (c) =>
    (c.env ?? []).filter((e) => /^amqps?:\/\/|password/i.test(e.value ?? "") || (/RabbitMq$|PASS$/.test(e.name) && !e.valueFrom)).map((e) => e.name)),
  "names are unique, and short enough for a Service": (all) => {
    const names = all.map(named);
    return [...names.filter((n, i) => names.indexOf(n) !== i), ...all.map((o) => o.metadata.name).filter((n) => n.length > 63)];
  },
};
