// JSON Schemas of the operators' objects: the fields that the chart uses or may use. Whatever else stands there is taken for a typing error,
// as none of the npm packages that know these kinds refuses an unknown field. Names are as the operators document them.
const s = { type: "string" }, n = { type: "integer" }, b = { type: "boolean" }, any = { type: "object" };
const list = (items) => ({ type: "array", items });
const map = (of) => ({ type: "object", additionalProperties: of });
const one = (...values) => ({ enum: values });
const like = (pattern) => ({ type: "string", pattern });
/** An object of these fields; those whose names end in "!" are required. */
const fields = (of) => ({
  type: "object",
  additionalProperties: false,
  required: Object.keys(of).filter((k) => k.endsWith("!")).map((k) => k.slice(0, -1)),
  properties: Object.fromEntries(Object.entries(of).map(([k, v]) => [k.replace(/!$/, ""), v])),
});
const kind = (apiVersion, name, spec) => [`${apiVersion}/${name}`, fields({ "apiVersion!": { const: apiVersion }, "kind!": { const: name }, "metadata!": any, "spec!": fields(spec) })];

const size = like("^[0-9]+(m|k|M|G|T|Ki|Mi|Gi|Ti)?$");
const duration = like("^([0-9]+(ms|s|m|h|d))+$");
const resources = fields({ requests: map(size), limits: map(size) });
const selector = fields({ matchLabels: map(s), matchExpressions: list(fields({ "key!": s, "operator!": one("In", "NotIn", "Exists", "DoesNotExist"), values: list(s) })) });
const pullSecrets = list(fields({ "name!": s }));
const disk = fields({ "size!": size, storageClass: s });
const reference = fields({ group: s, kind: s, "name!": s, namespace: s, port: n, sectionName: s, weight: n });
const headers = fields({ set: list(fields({ "name!": s, "value!": s })), add: list(fields({ "name!": s, "value!": s })), remove: list(s) });

export const operators = Object.fromEntries([
  kind("postgresql.cnpg.io/v1", "Cluster", {
    "instances!": { type: "integer", minimum: 1 }, "storage!": disk, walStorage: disk, imageName: s, imagePullSecrets: pullSecrets, resources,
    postgresql: fields({ parameters: map(s), pg_hba: list(s), synchronous: fields({ "method!": one("any", "first"), "number!": n, dataDurability: one("required", "preferred") }) }),
    bootstrap: fields({ initdb: fields({ database: s, owner: s, secret: fields({ "name!": s }), encoding: s, dataChecksums: b }) }),
    inheritedMetadata: fields({ labels: map(s), annotations: map(s) }),
    affinity: fields({ enablePodAntiAffinity: b, podAntiAffinityType: one("preferred", "required"), topologyKey: s, nodeSelector: map(s) }),
    topologySpreadConstraints: list(any), monitoring: fields({ enablePodMonitor: b }), enablePDB: b, enableSuperuserAccess: b,
    primaryUpdateStrategy: one("unsupervised", "supervised"), minSyncReplicas: n, maxSyncReplicas: n, priorityClassName: s,
  }),
  kind("rabbitmq.com/v1beta1", "RabbitmqCluster", {
    replicas: { type: "integer", minimum: 1 }, image: s, imagePullSecrets: pullSecrets, persistence: fields({ storageClassName: s, storage: size }), resources,
    service: fields({ type: one("ClusterIP", "LoadBalancer", "NodePort"), annotations: map(s), labels: map(s) }),
    rabbitmq: fields({ additionalPlugins: list(s), additionalConfig: s, advancedConfig: s, envConfig: s }),
    tls: fields({ secretName: s, caSecretName: s, disableNonTLSListeners: b }),
    affinity: any, tolerations: list(any), override: any, terminationGracePeriodSeconds: n,
  }),
  kind("keda.sh/v1alpha1", "ScaledObject", {
    "scaleTargetRef!": fields({ "name!": s, apiVersion: s, kind: s }), minReplicaCount: n, maxReplicaCount: n, pollingInterval: n, cooldownPeriod: n,
    advanced: fields({ horizontalPodAutoscalerConfig: fields({ name: s, behavior: any }), restoreToOriginalReplicaCount: b }),
    fallback: fields({ "failureThreshold!": n, "replicas!": n }),
    "triggers!": list(fields({
      "type!": one("rabbitmq"), name: s, "authenticationRef!": fields({ "name!": s, kind: s }),
      "metadata!": fields({ "queueName!": s, "mode!": one("QueueLength", "MessageRate"), "value!": like("^[1-9][0-9]*$"), protocol: one("amqp", "http", "auto"), vhostName: s, activationValue: like("^[0-9]+$") }),
    })),
  }),
  kind("keda.sh/v1alpha1", "TriggerAuthentication", {
    secretTargetRef: list(fields({ "parameter!": one("host", "username", "password", "tls", "ca", "cert", "key"), "name!": s, "key!": s })),
  }),
  kind("gateway.networking.k8s.io/v1", "HTTPRoute", {
    "parentRefs!": list(reference), hostnames: list(s),
    "rules!": list(fields({
      name: s, "backendRefs!": list(reference), timeouts: fields({ request: duration, backendRequest: duration }),
      matches: list(fields({ path: fields({ type: one("Exact", "PathPrefix"), value: s }), method: s })),
      filters: list(fields({ "type!": one("RequestHeaderModifier", "ResponseHeaderModifier"), requestHeaderModifier: headers, responseHeaderModifier: headers })),
    })),
  }),
  kind("monitoring.coreos.com/v1", "ServiceMonitor", {
    "selector!": selector, namespaceSelector: fields({ any: b, matchNames: list(s) }), jobLabel: s, targetLabels: list(s), podTargetLabels: list(s), sampleLimit: n,
    "endpoints!": list(fields({ "port!": s, path: s, interval: duration, scrapeTimeout: duration, scheme: one("http", "https"), honorLabels: b, relabelings: list(any), metricRelabelings: list(any) })),
  }),
  kind("monitoring.coreos.com/v1", "PrometheusRule", {
    "groups!": list(fields({ "name!": s, interval: duration, "rules!": list(fields({ alert: s, record: s, "expr!": s, for: duration, keep_firing_for: duration, labels: map(s), annotations: map(s) })) })),
  }),
  kind("external-secrets.io/v1", "ExternalSecret", {
    refreshInterval: duration, "secretStoreRef!": fields({ "name!": s, kind: one("SecretStore", "ClusterSecretStore") }),
    target: fields({ name: s, creationPolicy: one("Owner", "Merge", "Orphan", "None"), deletionPolicy: one("Delete", "Merge", "Retain"), template: fields({ type: s, engineVersion: s, data: map(s), metadata: fields({ labels: map(s), annotations: map(s) }) }) }),
    data: list(fields({ "secretKey!": s, "remoteRef!": fields({ "key!": s, property: s, version: s }) })),
  }),
]);
