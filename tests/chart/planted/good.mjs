// A small release in which no rule finds a fault: what each planted fault (faults.mjs) is planted in.
const labels = (name) => ({ "app.kubernetes.io/name": name, "app.kubernetes.io/instance": "consent" });
const meta = (name, more = {}) => ({ name: `consent-${name}`, labels: labels(name), ...more });
const hook = (weight) => ({ "helm.sh/hook": "pre-upgrade", "helm.sh/hook-weight": String(weight) });
const object = (apiVersion, kind, metadata, rest) => ({ apiVersion, kind, metadata, ...rest });
const secretKey = (name, key) => ({ valueFrom: { secretKeyRef: { name, key } } });

const database = [
  { name: "DATA_USER", ...secretKey("consent-data-app", "username") },
  { name: "DATA_PASSWORD", ...secretKey("consent-data-app", "password") },
  { name: "Storage__Postgres", value: "Host=consent-data-rw;Username=$(DATA_USER);Password=$(DATA_PASSWORD)" },
];
const container = (name, env, mounts) => ({
  name,
  image: `registry.example/consent/${name}:0.1.0`,
  env,
  resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
  securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
  volumeMounts: mounts,
});
const podOf = (name, containers, volumes) => ({
  metadata: { labels: { ...labels(name), "app.kubernetes.io/part-of": "consent" } },
  spec: {
    serviceAccountName: `consent-${name}`,
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 1654, seccompProfile: { type: "RuntimeDefault" } },
    imagePullSecrets: [{ name: "pull" }],
    terminationGracePeriodSeconds: 40,
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: "kubernetes.io/hostname", whenUnsatisfiable: "ScheduleAnyway", labelSelector: { matchLabels: labels(name) } }],
    containers,
    volumes,
  },
});
const get = (path) => ({ httpGet: { path, port: "http" } });
const serving = (name, env) => ({
  ...container(name, [{ name: "ASPNETCORE_HTTP_PORTS", value: "8080" }, { name: "Metrics__Port", value: "9464" }, { name: "Shutdown__DrainFor", value: "00:00:05" }, { name: "Data", value: "/data" }, ...env],
    [{ name: "tmp", mountPath: "/tmp" }, { name: "data", mountPath: "/data" }]),
  ports: [{ name: "http", containerPort: 8080 }, { name: "metrics", containerPort: 9464 }],
  startupProbe: get("/health/live"), livenessProbe: get("/health/live"), readinessProbe: get("/health/ready"),
});
const tmp = { name: "tmp", emptyDir: { sizeLimit: "64Mi" } };
const account = (name, more) => object("v1", "ServiceAccount", meta(name, more), { automountServiceAccountToken: false });
const rolling = { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } };
const deployment = (name, template, more) => object("apps/v1", "Deployment", meta(name), { spec: { selector: { matchLabels: labels(name) }, template, ...more } });
const claimed = (name) => [tmp, { name: "data", persistentVolumeClaim: { claimName: `consent-${name}` } }];
const claim = (name, mode) => object("v1", "PersistentVolumeClaim", meta(name), { spec: { accessModes: [mode], resources: { requests: { storage: "1Gi" } } } });
const service = (name, of, ports, more = {}) => object("v1", "Service", { name: `consent-${name}`, labels: { ...labels(of), kind: name } }, { spec: { selector: labels(of), ports, ...more } });
const http = { name: "http", port: 8080, targetPort: "http" };
const disruption = (name) => object("policy/v1", "PodDisruptionBudget", meta(name), { spec: { maxUnavailable: 1, selector: { matchLabels: labels(name) } } });
const scaleTargetRef = (name) => ({ apiVersion: "apps/v1", kind: "Deployment", name: `consent-${name}` });

/** What was there before. */
export const exists = { Secret: { pull: [".dockerconfigjson"], tls: ["tls.crt", "tls.key"] }, Gateway: ["front"], ClusterSecretStore: ["vault"] };

export const good = () => structuredClone([
  ...["web", "files", "worker", "broker"].map((name) => account(name)),
  account("migrate", { annotations: hook(-5) }),
  deployment("web", podOf("web", [serving("web", [...database, { name: "Services__files", value: "http://consent-files:8080" }, { name: "Topic", valueFrom: { configMapKeyRef: { name: "consent-texts", key: "topic" } } }])], claimed("web")), { strategy: rolling }),
  deployment("files", podOf("files", [serving("files", [])], claimed("files")), { replicas: 1, strategy: { type: "Recreate" } }),
  deployment("worker", podOf("worker", [serving("worker", database)],
    [tmp, { name: "data", emptyDir: { sizeLimit: "64Mi" } }]), { strategy: rolling }),
  object("apps/v1", "StatefulSet", meta("broker"), { spec: {
    replicas: 1, serviceName: "consent-broker", selector: { matchLabels: labels("broker") },
    template: ((t) => ({ ...t, metadata: { labels: labels("broker") } }))(podOf("broker", [{
      ...container("broker", [{ name: "RABBITMQ_DEFAULT_PASS", ...secretKey("consent-broker", "password") }], [{ name: "tmp", mountPath: "/tmp" }, { name: "conf", mountPath: "/conf" }, { name: "users", mountPath: "/users" }, { name: "messages", mountPath: "/messages" }]),
      ports: [{ name: "amqp", containerPort: 5672 }], ...Object.fromEntries(["startupProbe", "livenessProbe", "readinessProbe"].map((p) => [p, { tcpSocket: { port: "amqp" } }])),
    }], [tmp, { name: "conf", configMap: { name: "consent-texts" } }, { name: "users", secret: { secretName: "consent-users" } }])),
    volumeClaimTemplates: [{ metadata: { name: "messages" }, spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } }],
  } }),
  object("batch/v1", "Job", meta("migrate", { annotations: hook(0) }), { spec: { backoffLimit: 3, template: ((t) => ({ metadata: { labels: labels("migrate") }, spec: { ...t.spec, restartPolicy: "Never", topologySpreadConstraints: undefined } }))(
    podOf("migrate", [{ ...container("web", database, [{ name: "tmp", mountPath: "/tmp" }]), args: ["migrate"] }], [tmp])) } }),
  claim("web", "ReadWriteMany"), claim("files", "ReadWriteOnce"),
  service("web", "web", [http]),
  service("web-pods", "web", [{ ...http }, { name: "metrics", port: 9464, targetPort: "metrics" }], { clusterIP: "None" }),
  service("files", "files", [http]), service("broker", "broker", [{ name: "amqp", port: 5672, targetPort: "amqp" }]),
  object("v1", "Secret", meta("broker"), { type: "Opaque", stringData: { password: "made-by-helm" } }),
  object("v1", "ConfigMap", meta("texts"), { data: { topic: "news" } }),
  ...["web", "files", "worker"].map(disruption),
  object("autoscaling/v2", "HorizontalPodAutoscaler", meta("web"), { spec: { scaleTargetRef: scaleTargetRef("web"), minReplicas: 2, maxReplicas: 6, metrics: [{ type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 70 } } }] } }),
  object("keda.sh/v1alpha1", "ScaledObject", meta("worker"), { spec: { scaleTargetRef: { name: "consent-worker" }, minReplicaCount: 1, maxReplicaCount: 4, triggers: [{ type: "rabbitmq", metadata: { queueName: "worker", mode: "QueueLength", value: "500" }, authenticationRef: { name: "consent-worker" } }] } }),
  object("keda.sh/v1alpha1", "TriggerAuthentication", meta("worker"), { spec: { secretTargetRef: [{ parameter: "host", name: "consent-broker", key: "password" }] } }),
  object("networking.k8s.io/v1", "Ingress", meta("web"), { spec: { ingressClassName: "nginx", tls: [{ hosts: ["consent.example"], secretName: "tls" }], rules: [{ host: "consent.example", http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "consent-web", port: { name: "http" } } } }] } }] } }),
  object("gateway.networking.k8s.io/v1", "HTTPRoute", meta("web"), { spec: { parentRefs: [{ name: "front" }], hostnames: ["consent.example"], rules: [{ backendRefs: [{ name: "consent-web", port: 8080 }] }] } }),
  object("external-secrets.io/v1", "ExternalSecret", meta("users"), { spec: { refreshInterval: "1h", secretStoreRef: { kind: "ClusterSecretStore", name: "vault" }, target: { name: "consent-users" }, data: [{ secretKey: "users", remoteRef: { key: "consent/users" } }] } }),
  object("monitoring.coreos.com/v1", "ServiceMonitor", meta("web"), { spec: { selector: { matchLabels: { kind: "web-pods" } }, endpoints: [{ port: "metrics", interval: "30s" }] } }),
  object("monitoring.coreos.com/v1", "PrometheusRule", meta("web"), { spec: { groups: [{ name: "consent", rules: [
    { alert: "RelayIsBehind", expr: "max by (service) (consent_relay_lag_seconds{release=\"consent\"}) > 60", for: "5m", labels: { severity: "critical" }, annotations: { summary: "Receipts wait.", runbook: "See the README." } }] }] } }),
  object("postgresql.cnpg.io/v1", "Cluster", meta("data"), { spec: { instances: 3, imageName: "postgres:17.6", storage: { size: "8Gi" } } }),
  object("networking.k8s.io/v1", "NetworkPolicy", meta("nothing"), { spec: { podSelector: { matchLabels: { "app.kubernetes.io/instance": "consent" } }, policyTypes: ["Ingress", "Egress"] } }),
  object("networking.k8s.io/v1", "NetworkPolicy", meta("web"), { spec: { podSelector: { matchLabels: labels("web") }, policyTypes: ["Ingress", "Egress"],
    ingress: [{ ports: [{ port: "http" }] }], egress: [{ to: [{ podSelector: { matchLabels: labels("files") } }], ports: [{ port: 8080, protocol: "TCP" }] }] } }),
  object("networking.k8s.io/v1", "NetworkPolicy", meta("files"), { spec: { podSelector: { matchLabels: labels("files") }, policyTypes: ["Ingress"], ingress: [{ from: [{ podSelector: { matchLabels: labels("web") } }], ports: [{ port: 8080 }] }] } }),
  object("networking.k8s.io/v1", "NetworkPolicy", meta("data"), { spec: { podSelector: { matchLabels: { "cnpg.io/cluster": "consent-data" } }, policyTypes: ["Ingress"], ingress: [{ from: [{ podSelector: { matchLabels: labels("worker") } }], ports: [{ port: 5432 }] }] } }),
  object("networking.k8s.io/v1", "NetworkPolicy", meta("migrate", { annotations: hook(-5) }), { spec: { podSelector: { matchLabels: labels("migrate") }, policyTypes: ["Egress"], egress: [{ to: [{ podSelector: { matchLabels: { "cnpg.io/cluster": "consent-data" } } }], ports: [{ port: 5432 }] }] } }),
]);
