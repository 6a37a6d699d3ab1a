// How workloads run: probes, resources, replacing, scaling, and what selects what.
import { containers, deployments, eachContainer, eachPod, find, hasPort, images, labelsOf, lasting, named, ofKind, pod, quantity, seconds, selects, volumes, workloads } from "../objects.mjs";

const probes = ["startupProbe", "livenessProbe", "readinessProbe"];
const target = (probe) => probe?.httpGet ?? probe?.tcpSocket ?? probe?.grpc;
const own = (all) => deployments(all).filter((d) => labelsOf(d)["app.kubernetes.io/part-of"] === "consent");
const scalers = (all) => ofKind(all, "HorizontalPodAutoscaler", "ScaledObject");
const scaled = (all, w) => scalers(all).filter((s) => s.spec.scaleTargetRef.name === w.metadata.name);
const most = (all, w) => Math.max(w.spec.replicas ?? 1, ...scaled(all, w).map((s) => s.spec.maxReplicas ?? s.spec.maxReplicaCount ?? 100));
const least = (all, w) => Math.min(...(scaled(all, w).length ? scaled(all, w).map((s) => s.spec.minReplicas ?? s.spec.minReplicaCount ?? 1) : [w.spec.replicas ?? 1]));

/** Whether its pods may come and go: what it keeps lies in a database, or is read again out of a log in Cosmos DB. */
const isShared = (env, w) => env.some((e) => e.name === "Storage__Postgres") ||
  (env.some((e) => e.name === "Storage__Cosmos__Endpoint") && (w.kind === "Job" || ["consent", "audit"].includes(labelsOf(w)["app.kubernetes.io/name"])));

export const running = {
  "every probe points at a port of its container": (all) => eachContainer(all, (c) => probes.filter((kind) => c[kind]?.httpGet || c[kind]?.tcpSocket)
    .filter((kind) => !hasPort(c, target(c[kind]).port)).map((kind) => `${kind} points at port ${target(c[kind]).port}, which it does not have`)),
  "what stays has every probe, and none that needs a shell": (all) => lasting(all).flatMap((w) => pod(w).containers.flatMap((c) =>
    probes.filter((kind) => !target(c[kind])).map((kind) => `${named(w)}: ${c.name} has no ${kind}`))),
  "the services' probes ask for what the services answer": (all) => own(all).flatMap((w) => pod(w).containers.flatMap((c) => [
    c.livenessProbe?.httpGet?.path !== "/health/live" && `${named(w)}: liveness is not /health/live`,
    c.readinessProbe?.httpGet?.path !== "/health/ready" && `${named(w)}: readiness is not /health/ready`,
  ].filter(Boolean))),
  "a service listens on the ports that it names": (all) => own(all).flatMap((w) => pod(w).containers.flatMap((c) => {
    const told = (name) => c.env?.find((e) => e.name === name)?.value;
    const port = (name) => c.ports?.find((p) => p.name === name)?.containerPort;
    return [
      told("ASPNETCORE_HTTP_PORTS") !== String(port("http")) && `${named(w)}: ASPNETCORE_HTTP_PORTS is ${told("ASPNETCORE_HTTP_PORTS")}, not ${port("http")}`,
      String(told("Metrics__Port")) !== String(port("metrics")) && `${named(w)}: Metrics__Port is ${told("Metrics__Port")}, not ${port("metrics")}`,
    ].filter(Boolean);
  })),
  "every container has requests and limits of cpu and memory, and asks for no more than it may have": (all) => eachContainer(all, (c) => ["cpu", "memory"].flatMap((kind) => {
    const [asked, limit] = [c.resources?.requests?.[kind], c.resources?.limits?.[kind]];
    return !asked || !limit ? [`${kind} lacks one`] : [quantity(asked) > quantity(limit) && `${kind}: ${asked} is more than ${limit}`];
  })),
  "what is written to a node is bounded": (all) => eachPod(all, (p) => (p.volumes ?? []).filter((v) => v.emptyDir && !v.emptyDir.sizeLimit).map((v) => `emptyDir ${v.name} has no limit`)),
  "no image is without a tag, and none is latest": (all) => images(all).filter((i) => !/(:[^/:@]+|@sha256:[0-9a-f]{64})$/.test(i) || /:latest(@|$)/.test(i)),
  "every workload selects its own pods, and only those": (all) => lasting(all).flatMap((w) => {
    const selected = workloads(all).filter((o) => selects(w.spec.selector, labelsOf(o)));
    return selected.length === 1 && selected[0] === w ? [] : [`${named(w)} selects ${selected.map(named).join(", ") || "nothing"}`];
  }),
  "every mount has a volume, and every volume is mounted": (all) => eachPod(all, (_, w) => {
    const mounts = containers(w).flatMap((c) => c.volumeMounts ?? []);
    return [
      ...mounts.filter((m) => !volumes(w).some((v) => v.name === m.name)).map((m) => `no volume ${m.name}`),
      ...volumes(w).filter((v) => !mounts.some((m) => m.name === v.name)).map((v) => `volume ${v.name} is mounted nowhere`),
    ];
  }),
  "no two mounts of a container share a path": (all) => eachContainer(all, (c) => {
    const paths = (c.volumeMounts ?? []).map((m) => m.mountPath);
    return paths.filter((p, i) => paths.indexOf(p) !== i).map((p) => `${p} twice`);
  }),
  "where Data says, something is mounted: a claim, or a folder beside a database": (all) => eachContainer(all, (c, w) => {
    const told = (name) => c.env?.find((e) => e.name === name);
    const data = told("Data")?.value;
    const volume = volumes(w).find((v) => v.name === c.volumeMounts?.find((m) => m.mountPath === data)?.name);
    return [data && !volume && `${data} is no volume`, data && volume?.emptyDir && !isShared(c.env, w) && `${data} is gone with the pod, and there is no database`];
  }),
  "a volume of one pod is never mounted by two: one replica, replaced by stopping it first": (all) => deployments(all).flatMap((d) => volumes(d)
    .map((v) => find(all, "PersistentVolumeClaim", v.persistentVolumeClaim?.claimName)).filter((claim) => claim && !claim.spec.accessModes.includes("ReadWriteMany"))
    .filter(() => most(all, d) !== 1 || d.spec.strategy?.type !== "Recreate").map((claim) => `${named(d)} could mount ${claim.metadata.name} twice at once`)),
  "all others are replaced one by one, a new pod before the old one goes": (all) => deployments(all).filter((d) => d.spec.strategy?.type !== "Recreate").flatMap((d) => {
    const { type, rollingUpdate: { maxUnavailable, maxSurge } = {} } = d.spec.strategy ?? {};
    return type === "RollingUpdate" && maxUnavailable === 0 && maxSurge >= 1 ? [] : [`${named(d)} loses a pod before it has another`];
  }),
  "a pod has the time to drain and to stop": (all) => eachPod(all, (p) => {
    const drain = seconds(p.containers[0].env?.find((e) => e.name === "Shutdown__DrainFor")?.value ?? "0");
    return [drain > 0 && (p.terminationGracePeriodSeconds ?? 30) < drain + 25 && `${p.terminationGracePeriodSeconds ?? 30} s are too short for a drain of ${drain} s`];
  }),
  "a scaler scales what exists, alone, between bounds in order": (all) => scalers(all).flatMap((s) => {
    const w = find(all, "Deployment", s.spec.scaleTargetRef.name);
    if (!w) return [`${named(s)} scales ${s.spec.scaleTargetRef.name}, which is no Deployment`];
    return [
      w.spec.replicas !== undefined && `${named(w)} sets replicas against ${named(s)}`,
      scaled(all, w).length !== 1 && `${named(w)} has ${scaled(all, w).length} scalers`,
      least(all, w) < 1 && `${named(s)} goes to none`,
      least(all, w) > most(all, w) && `${named(s)}: at least ${least(all, w)}, at most ${most(all, w)}`,
    ].filter(Boolean);
  }),
  "every Deployment has a disruption budget, which lets a drain of a node go on": (all) => [
    ...deployments(all).filter((d) => !ofKind(all, "PodDisruptionBudget").some((b) => selects(b.spec.selector, labelsOf(d)))).map((d) => `${named(d)} has none`),
    ...ofKind(all, "PodDisruptionBudget").flatMap((b) => {
      const selected = lasting(all).filter((w) => selects(b.spec.selector, labelsOf(w)));
      if (selected.length !== 1) return [`${named(b)} is of ${selected.length} workloads`];
      const free = b.spec.maxUnavailable ?? least(all, selected[0]) - (b.spec.minAvailable ?? 0);
      return free > 0 ? [] : [`${named(b)} blocks every drain`];
    }),
  ],
  "replicas are spread over nodes, and the spread counts its own pods": (all) => deployments(all).flatMap((d) => {
    const spread = pod(d).topologySpreadConstraints ?? [];
    return [
      ...(most(all, d) > 1 && !spread.some((s) => s.topologyKey === "kubernetes.io/hostname") ? [`${named(d)} may have all pods on one node`] : []),
      ...spread.filter((s) => !selects(s.labelSelector, labelsOf(d))).map((s) => `${named(d)}: the spread over ${s.topologyKey} counts others' pods`),
    ];
  }),
  "whoever uses no database runs once": (all) => own(all).filter((d) => environment(d).some((e) => e.name === "Data") && !isShared(environment(d), d))
    .filter((d) => most(all, d) !== 1).map((d) => `${named(d)} may have ${most(all, d)} pods on files of their own`),
};

function environment(w) {
  return pod(w).containers[0].env ?? [];
}
