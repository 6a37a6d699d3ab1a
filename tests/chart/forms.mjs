// The forms in which the chart is looked at: what each renders, what must be there before it, to whom its values cut "anywhere" (only), and at which ports (at).
import { example, render, renderWith } from "./helm.mjs";
import { profiles, skaffoldRender } from "./skaffold.mjs";

const namespace = (list, name) => `networkPolicy.${list}[0].namespaceSelector.matchLabels.kubernetes\\.io/metadata\\.name=${name}`;
const noBroker = "broker.existingSecret.name=";
const postgres = ["storage.engine=postgres", "storage.keys.accessMode=ReadWriteMany", "storage.keys.className=nfs", "services.audit.checkpoints.className=nfs"];
const development = ["postgres.development.enabled=true", "postgres.development.password=forTheTest", noBroker, "broker.development.enabled=true", "broker.development.password=forTheTest"];
const keda = (service) => `services.${service}.keda.enabled=true`;
/** What the test's values rest on. */
const broker = { "consent-broker": ["amqp-url"] }, tls = { "consent-tls": ["tls.crt", "tls.key"] };
const before = (...secrets) => ({ Secret: Object.assign({ pull: [".dockerconfigjson"] }, ...secrets), Service: { collector: [4318] } });
const outside = { ...before(tls), ConfigMap: { "own-authority": ["ca.crt"] }, ClusterSecretStore: ["vault"] };

/** Two accounts of Cosmos DB, without what lets the services in. */
export const cosmos = ["storage.engine=cosmos", "storage.cosmos.endpoint=https://data.documents.azure.com:443/", "storage.cosmosKeys.endpoint=https://keys.documents.azure.com:443/"];
export const cosmosKeys = ["storage.cosmos.credentials.name=consent-cosmos", "storage.cosmosKeys.credentials.name=consent-cosmos"];
export const identity = ["storage.workloadIdentity.clientId=01234567-89ab-cdef-0123-456789abcdef"];
const shared = postgres.slice(1);

const issuer = "the issuer's discovery document and keys";

const examples = {
  "the example dev": { make: () => renderWith(["-f", example("dev")]) },
  "the example ha": {
    make: () => renderWith(["-f", example("ha")]),
    exists: { Secret: { "consent-broker": ["amqp-url"], "consent-postgres-addresses": ["data", "keys"], "connectors-token": ["token"] }, Gateway: ["public"] },
    only: {
      "the front door": ["gateways"], [issuer]: ["identity"], "messages, by a broker outside": ["messaging"],
      "logs and stores, in a database outside": ["databases"], "schemas, in a database outside": ["databases"],
    },
    at: { [issuer]: [8443], "messages, by a broker outside": [5671] },
  },
  "the example azure": {
    make: () => renderWith(["-f", example("azure")]),
    exists: { Secret: { "consent-tls": ["tls.crt", "tls.key"] }, ClusterSecretStore: ["key-vault"] },
    only: { "the front door": ["ingress-nginx"], [issuer]: ["Microsoft's issuer"], "tokens of the workload identity": ["Microsoft's issuer"], "logs, in Cosmos DB": ["private endpoints"] },
  },
};

export const forms = {
  ...examples,
  "an existing broker": { make: () => render(), exists: before(broker, tls) },
  "a development broker": { make: () => render(noBroker, "broker.development.enabled=true", "ingress.enabled=false"), exists: before() },
  "databases for trying out, and scaling by queues": {
    make: () => render(...postgres, ...development, keda("newsletter"), keda("analytics"), keda("webhooks"), keda("connectors"), namespace("kedaFrom", "keda"), "services.consent.replicas=2"), exists: before(tls),
  },
  "operators for all": {
    make: () => render(...postgres, "postgres.cloudNativePG.enabled=true", noBroker, "broker.clusterOperator.enabled=true", keda("newsletter"), namespace("kedaFrom", "keda"),
      "monitoring.serviceMonitor.enabled=true", "monitoring.rules.enabled=true", namespace("monitoringFrom", "monitoring")), exists: before(tls),
  },
  "secrets from elsewhere, a mail server, witnesses and an authority of one's own": {
    make: () => render(...postgres, noBroker, "externalSecrets.enabled=true", "externalSecrets.store.name=vault", "externalSecrets.broker.remoteKey=consent/broker",
      "externalSecrets.postgres.data.remoteKey=consent/data", "externalSecrets.postgres.keys.remoteKey=consent/keys", "externalSecrets.connectors.remoteKey=consent/token",
      "trust.configMap.name=own-authority", "mail.smtp=mail.example:587", "mail.from=consent@example.org",
      "audit.witnesses[0].url=https://witness.example/", "audit.witnesses[0].key=witness.example+0a1b2c3d+AQID"), exists: outside,
  },
  "Cosmos DB by the accounts' keys, straight to its replicas, and files beside it": {
    make: () => render(...cosmos, ...cosmosKeys, ...shared, "services.consent.replicas=2", "services.audit.replicas=2", "storage.cosmos.throughput=4000"),
    exists: before(broker, tls, { "consent-cosmos": ["data", "keys"] }),
  },
  "Cosmos DB by an identity alone, and a database outside beside it": {
    make: () => render(...cosmos, ...identity, ...shared, "storage.cosmos.mode=gateway", "networkPolicy.cosmosTo[0].ipBlock.cidr=10.1.4.0/24", "postgres.existingSecret.name=consent-postgres-addresses", "services.newsletter.replicas=2"),
    exists: before(broker, tls, { "consent-postgres-addresses": ["data"] }),
    only: { "logs, in Cosmos DB": ["private endpoints"] },
  },
  "Cosmos DB by keys from elsewhere, and a database for trying out beside it": {
    make: () => render(...cosmos, ...shared, ...development, "externalSecrets.enabled=true", "externalSecrets.store.name=vault", "externalSecrets.cosmos.data.remoteKey=data", "externalSecrets.cosmos.keys.remoteKey=keys",
      "storage.cosmos.regions={West Europe,North Europe}", "storage.cosmosKeys.database=keys", "services.webhooks.replicas=2", "monitoring.serviceMonitor.enabled=true", "monitoring.rules.enabled=true", namespace("monitoringFrom", "monitoring")),
    exists: { ...before(tls), ClusterSecretStore: ["vault"] },
  },
  "one process": { make: () => render("oneProcess.enabled=true", noBroker), exists: before(tls) },
  "ports of pods, which Services lead to from others": {
    make: () => render("networkPolicy.issuerPorts[0]=8443", "networkPolicy.telemetryPorts[0]=4317", "networkPolicy.forwardPorts[0]=8443", "networkPolicy.dns.ports[0]=5353"), exists: before(broker, tls),
    at: { [issuer]: [8443], telemetry: [4317], "permitted hits": [8443], names: [5353] },
  },
  "no policies, which another means makes": { make: () => render("networkPolicy.enabled=false"), exists: before(broker, tls), without: "NetworkPolicy" },
  ...Object.fromEntries(profiles().map((p) => [`skaffold${p ? ` -p ${p}` : ""}`, { make: () => skaffoldRender(p) }])),
};
