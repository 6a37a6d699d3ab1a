// Whatever names something names what is there. Each rule takes what was there before as well (made.mjs).
import { containers, eachContainer, eachPod, find, hasPort, labelsOf, lasting, named, ofKind, pod, volumes, workloads } from "../objects.mjs";
import { configMaps, isThere, secrets, services } from "../made.mjs";

const fault = (made, kind, { name, key, optional }) => {
  if (optional) return null;
  if (!made.has(name)) return `no ${kind} ${name}`;
  return key === undefined || made.get(name).includes(key) ? null : `no key ${key} in ${kind} ${name}`;
};
const keysOf = (source) => (source.items ?? [{}]).map((item) => ({ name: source.name ?? source.secretName, key: item.key, optional: source.optional }));
const sources = (w, kind) => volumes(w).flatMap((v) => [v[kind], ...(v.projected?.sources ?? []).map((s) => s[kind])]).filter(Boolean);
const backends = (all, found) => found.filter(({ name, port }) => !find(all, "Service", name)?.spec.ports.some((p) => p.port === port || p.name === port));

const weight = (o) => Number(o?.metadata.annotations?.["helm.sh/hook-weight"] ?? 0);
const events = (o) => o?.metadata.annotations?.["helm.sh/hook"]?.split(",").map((e) => e.trim()).filter((e) => e.startsWith("pre-")) ?? [];

export const references = {
  "every Secret that a container names exists, with that key": (all, exists) => eachContainer(all, (c) => [
    ...(c.env ?? []).map((e) => e.valueFrom?.secretKeyRef).filter(Boolean).map((ref) => fault(secrets(all, exists), "Secret", ref)),
    ...(c.envFrom ?? []).map((e) => e.secretRef).filter(Boolean).map((ref) => fault(secrets(all, exists), "Secret", ref)),
  ]),
  "every ConfigMap that a container names exists, with that key": (all, exists) => eachContainer(all, (c) => [
    ...(c.env ?? []).map((e) => e.valueFrom?.configMapKeyRef).filter(Boolean).map((ref) => fault(configMaps(all, exists), "ConfigMap", ref)),
    ...(c.envFrom ?? []).map((e) => e.configMapRef).filter(Boolean).map((ref) => fault(configMaps(all, exists), "ConfigMap", ref)),
  ]),
  "every Secret that is mounted or pulled with exists": (all, exists) => eachPod(all, (p, w) => [
    ...sources(w, "secret").flatMap(keysOf).map((ref) => fault(secrets(all, exists), "Secret", ref)),
    ...(p.imagePullSecrets ?? []).map((ref) => fault(secrets(all, exists), "Secret", ref)),
  ]),
  "every ConfigMap that is mounted exists": (all, exists) => eachPod(all, (_, w) => sources(w, "configMap").flatMap(keysOf).map((ref) => fault(configMaps(all, exists), "ConfigMap", ref))),
  "every claim that is mounted exists": (all) => eachPod(all, (_, w) => volumes(w).map((v) => v.persistentVolumeClaim?.claimName)
    .filter((name) => name && !find(all, "PersistentVolumeClaim", name)).map((name) => `no claim ${name}`)),
  "every claim is mounted": (all) => ofKind(all, "PersistentVolumeClaim")
    .filter((c) => !workloads(all).some((w) => volumes(w).some((v) => v.persistentVolumeClaim?.claimName === c.metadata.name))).map(named),
  "every rendered Secret and ConfigMap is used": (all) => {
    const text = JSON.stringify(all.filter((o) => o.kind !== "Secret" && o.kind !== "ConfigMap").map((o) => ({ ...o, metadata: undefined })));
    return ofKind(all, "Secret", "ConfigMap").filter((o) => !text.includes(`"${o.metadata.name}"`)).map(named);
  },
  "every Service selects the pods of one workload, by a port that they have": (all) => ofKind(all, "Service").flatMap((s) => {
    const selected = lasting(all).filter((w) => Object.entries(s.spec.selector).every(([k, v]) => labelsOf(w)[k] === v));
    if (selected.length !== 1) return [`${named(s)} selects ${selected.length} workloads`];
    return s.spec.ports.filter((p) => !containers(selected[0]).some((c) => hasPort(c, p.targetPort ?? p.port))).map((p) => `${named(s)}: no port ${p.targetPort ?? p.port}`);
  }),
  "a StatefulSet has its Service": (all) => ofKind(all, "StatefulSet").filter((s) => !find(all, "Service", s.spec.serviceName)).map((s) => `${named(s)}: no Service ${s.spec.serviceName}`),
  "an Ingress leads to a Service and port that exist, by a Secret that exists": (all, exists) => ofKind(all, "Ingress").flatMap((i) => [
    ...backends(all, i.spec.rules.flatMap((r) => r.http.paths).map((p) => ({ name: p.backend.service.name, port: p.backend.service.port.name ?? p.backend.service.port.number }))).map((b) => `${named(i)}: no Service ${b.name} with port ${b.port}`),
    ...(i.spec.tls ?? []).filter((t) => t.secretName).map((t) => fault(secrets(all, exists), "Secret", { name: t.secretName })).filter(Boolean),
  ]),
  "an HTTPRoute leads from a Gateway to a Service and port that exist": (all, exists) => ofKind(all, "HTTPRoute").flatMap((r) => [
    ...backends(all, r.spec.rules.flatMap((rule) => rule.backendRefs ?? [])).map((b) => `${named(r)}: no Service ${b.name} with port ${b.port}`),
    ...r.spec.parentRefs.filter((p) => !isThere(all, exists, p.kind ?? "Gateway", p.name)).map((p) => `${named(r)}: no Gateway ${p.name}`),
  ]),
  "an address in a setting is a Service with that port": (all, exists) => eachContainer(all, (c) => (c.env ?? []).flatMap((e) =>
    [...(e.value ?? "").matchAll(/(?:https?:\/\/(?:[^@/\s]*@)?|amqps?:\/\/(?:[^@/\s]*@)?|\bHost=)([a-z][-a-z0-9]*)(?=[:/;]|$)(?::(\d+))?/g)].map(([, host, port]) =>
      host === "localhost" ? "" : !services(all, exists).has(host) ? `${e.name} names ${host}, which is no Service` : port && !services(all, exists).get(host).includes(Number(port)) && `${e.name}: ${host} has no port ${port}`))),
  "a ServiceMonitor selects Services that have its port": (all) => ofKind(all, "ServiceMonitor").flatMap((m) => {
    const selected = ofKind(all, "Service").filter((s) => Object.entries(m.spec.selector.matchLabels ?? {}).every(([k, v]) => s.metadata.labels?.[k] === v) &&
      (m.spec.selector.matchExpressions ?? []).every((e) => e.operator !== "In" || e.values.includes(s.metadata.labels?.[e.key])));
    const scraped = selected.filter((s) => m.spec.endpoints.every((e) => s.spec.ports.some((p) => p.name === e.port)));
    const pods = scraped.map((s) => JSON.stringify(s.spec.selector));
    return [
      ...(scraped.length ? [] : [`${named(m)} scrapes nothing`]),
      ...pods.filter((p, i) => pods.indexOf(p) !== i).map((p) => `${named(m)} scrapes ${p} twice`),
    ];
  }),
  "a ScaledObject has its authentication, and that its Secret": (all, exists) => [
    ...ofKind(all, "ScaledObject").flatMap((s) => s.spec.triggers.map((t) => t.authenticationRef?.name).filter((n) => n && !find(all, "TriggerAuthentication", n)).map((n) => `${named(s)}: no TriggerAuthentication ${n}`)),
    ...ofKind(all, "TriggerAuthentication").flatMap((t) => (t.spec.secretTargetRef ?? []).map((ref) => fault(secrets(all, exists), "Secret", ref)).filter(Boolean).map((f) => `${named(t)}: ${f}`)),
  ],
  "an ExternalSecret has its store": (all, exists) => ofKind(all, "ExternalSecret").map((s) => ({ s, store: s.spec.secretStoreRef }))
    .filter(({ store }) => !isThere(all, exists, store.kind ?? "SecretStore", store.name)).map(({ s, store }) => `${named(s)}: no ${store.kind} ${store.name}`),
  // At an upgrade it was there before, or the hook would not have been rendered.
  "a Secret that a hook reads before the first install is made before it": (all) => ofKind(all, "Job").filter((j) => events(j).includes("pre-install")).flatMap((j) =>
    containers(j).flatMap((c) => (c.env ?? []).map((e) => e.valueFrom?.secretKeyRef?.name).filter(Boolean)).flatMap((name) => [find(all, "Secret", name), find(all, "ExternalSecret", name)].filter(Boolean))
      .filter((secret) => !(events(secret).includes("pre-install") && weight(secret) < weight(j))).map((secret) => `${named(j)} would wait for ${named(secret)}`)),
  "a hook's account is made before it": (all) => {
    return ofKind(all, "Job").filter((j) => events(j).length).flatMap((j) => {
      const account = find(all, "ServiceAccount", pod(j).serviceAccountName);
      return events(j).filter((e) => account && !(events(account).includes(e) && weight(account) < weight(j))).map((e) => `${named(j)}: its account is not there at ${e}`);
    });
  },
};
