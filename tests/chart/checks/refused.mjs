// Values that leave something out or contradict each other: refused as they are rendered, by a sentence that names them.
import { example, refusal, values, helm, chart } from "../helm.mjs";
import { check } from "../report.mjs";

const of = (args) => (sentence, wanted, ...sets) => check(`refused: ${sentence}`, () => {
  const said = refusal(args, sets);
  const missing = [wanted].flat().filter((w) => !said.includes(w));
  return missing.length === 0 ? [] : [said ? `it says: ${said.trim()}, and not: ${missing.join(", ")}` : "it renders"];
});
const refused = of(["-f", values]);
const refusedHa = of(["-f", example("ha")]);
const refusedAzure = of(["-f", example("azure")]);

await refused("no broker", "No broker: set broker.existingSecret.name", "broker.existingSecret.name=");
await refused("two brokers", ["Two brokers:", "broker.existingSecret.name", "broker.development.enabled"], "broker.development.enabled=true");
await refused("two other brokers", ["Two brokers:", "broker.existingSecret.name", "broker.clusterOperator.enabled"], "broker.clusterOperator.enabled=true");
await refusedAzure("an even number of nodes of a broker", ["broker.clusterOperator.replicas is 2", "odd"], "broker.clusterOperator.replicas=2");
await refused("no database", "No database: storage.engine is postgres", "storage.engine=postgres");
await refusedHa("two databases", ["Two databases:", "postgres.existingSecret.name", "postgres.development.enabled"], "postgres.development.enabled=true");
await refused("a database beside SQLite", ["postgres.existingSecret.name is set", "storage.engine is sqlite"], "postgres.existingSecret.name=a");
await refusedHa("keys where the data lie", "postgres.existingSecret.data and .keys are both", "postgres.existingSecret.keys=data");
await refused("replicas on SQLite", ["services.consent.replicas is 2", "sqlite"], "services.consent.replicas=2");
await refused("scaling on SQLite", ["services.newsletter.autoscaling.maxReplicas is 6", "sqlite"], "services.newsletter.autoscaling.enabled=true");
await refused("scaling by queues on SQLite", ["services.newsletter.keda.maxReplicas is 6", "sqlite"], "services.newsletter.keda.enabled=true");
await refusedHa("two scalers", ["services.newsletter.autoscaling.enabled", "services.newsletter.keda.enabled"], "services.newsletter.autoscaling.enabled=true", "services.newsletter.keda.enabled=true");
await refusedHa("fewer at most than at least", ["services.consent.autoscaling.minReplicas is 7", "maxReplicas 6"], "services.consent.autoscaling.minReplicas=7");
await refused("two webhooks, which own a file on SQLite", ["services.webhooks.replicas is 2", "sqlite"], "services.webhooks.replicas=2");
await refused("two connectors, which own a file on SQLite", ["services.connectors.keda.maxReplicas is 6", "sqlite"], "services.connectors.keda.enabled=true");
await refusedHa("webhooks scaled without a shared folder of keys", ["services.webhooks.autoscaling.maxReplicas is 6", "ReadWriteMany"],
  "services.webhooks.autoscaling.enabled=true", "storage.keys.accessMode=ReadWriteOnce", ...["consent", "cookie-banner", "marketing-unsubscribe"].map((name) => `services.${name}.autoscaling.enabled=false`),
  "services.audit.replicas=1", "services.connectors.replicas=1");
await refusedHa("replicas without a shared folder of keys", ["ReadWriteOnce", "ReadWriteMany"], "storage.keys.accessMode=ReadWriteOnce");
await refused("no token issuer", "No token issuer: set auth.authority", "auth.authority=");
await refused("two token issuers", ["Two token issuers:", "auth.authority", "auth.development.enabled"], "auth.development.enabled=true");
await refusedHa("the development issuer at two gateways", ["services.gateway.autoscaling.maxReplicas is 6", "auth.development.enabled is true"], "auth.authority=", "auth.development.enabled=true");
await refused("a token issuer without TLS, which the services refuse too", "auth/authority", "auth.authority=http://issuer.example");
await refused("no public address", "No public address: set publicUrl", "publicUrl=");
await refused("no images", "No image for analytics:", "images.registry=");
await refused("an image of one process twice", ["oneProcess.replicas is 2", "set it to 1"], "oneProcess.enabled=true", "oneProcess.replicas=2", "broker.existingSecret.name=");
await refused("a broker beside one process", ["oneProcess.enabled is true", "broker.existingSecret.name"], "oneProcess.enabled=true");
await refused("one process on PostgreSQL", ["oneProcess.enabled is true", "storage.engine is postgres"], "oneProcess.enabled=true", "storage.engine=postgres", "broker.existingSecret.name=");
await refused("a service's image beside one process", ["oneProcess.enabled is true", "services.audit"], "oneProcess.enabled=true", "services.audit.image=a/b:1", "broker.existingSecret.name=");
await refused("secrets from no store", "externalSecrets.store.name", "externalSecrets.enabled=true", "externalSecrets.connectors.remoteKey=a");
await refused("secrets from elsewhere, which are not on", ["externalSecrets.connectors is set", "externalSecrets.enabled is false"], "externalSecrets.connectors.remoteKey=a");
await refusedAzure("two tokens for connectors", ["Two tokens for connectors", "connectors.tokenSecret.name"], "connectors.tokenSecret.name=a");
await refused("a route of no Gateway", "gatewayApi.parentRefs", "gatewayApi.enabled=true");
await refused("an entrance without TLS", ["ingress.enabled is true", "publicUrl is http://consent.example"], "publicUrl=http://consent.example");
await of(["-f", values, "--set-json", "networkPolicy.dns.peers=[]"])("policies without names", "networkPolicy.dns.peers");
await refusedHa("scraping that nobody may do", ["monitoring.serviceMonitor.enabled", "networkPolicy.monitoringFrom"], "networkPolicy.monitoringFrom=null");
await refusedAzure("scaling by a queue that nobody may ask", ["keda.enabled is true", "networkPolicy.kedaFrom"], "networkPolicy.kedaFrom=null");
await refused("an unknown value", "'brokr'", "brokr.name=x");
await refused("an unknown value of a service", "'replica'", "services.consent.replica=2");
await refused("an unknown service", "'mailer'", "services.mailer.image=a/b:1");
await refused("a service removed", "cookie-banner", "services.cookie-banner=null");
await refused("an engine that there is not", "/storage/engine", "storage.engine=mysql");
await refused("the tag latest", "/images/tag", "images.tag=latest");
await refused("an image without a tag", "/services/gateway/image", "services.gateway.image=team/gateway");
await refused("an image that is latest", "/services/gateway/image", "services.gateway.image=team/gateway:latest");
await refused("a setting that the chart makes", "services.consent.settings.Data is set by the chart itself", "services.consent.settings.Data=/x");
await refused("a mail server without a sender", "mail.smtp is set without mail.from", "mail.smtp=mail.example:587");
await refused("a sender without a mail server", "without mail.smtp", "mail.from=a@b.example");
await refused("a user of the mail server without a password", "mail.user is set without mail.passwordSecret.name", "mail.smtp=mail.example:587", "mail.from=a@b.example", "mail.user=a");
await refused("a password of the mail server without a user", "mail.passwordSecret.name is set without mail.user", "mail.smtp=mail.example:587", "mail.from=a@b.example", "mail.passwordSecret.name=a");
for (const [where, of] of [["on SQLite", refused], ["beside an existing database", refusedHa]]) await of(`keys from elsewhere alone, ${where}`,
  "externalSecrets.postgres.keys is set without externalSecrets.postgres.data", "externalSecrets.enabled=true", "externalSecrets.store.name=vault", "externalSecrets.postgres.keys.remoteKey=a");
await refusedHa("rules of what nobody measures", "monitoring.rules.enabled is true without monitoring.serviceMonitor.enabled", "monitoring.serviceMonitor.enabled=false");
await refused("keys that several pods share, of one process", ["oneProcess.enabled is true", "ReadWriteMany"], "oneProcess.enabled=true", "broker.existingSecret.name=", "storage.keys.accessMode=ReadWriteMany");
await refusedHa("keys that several pods share beside checkpoints of the default class", ["by the class nfs", "services.audit.checkpoints.className"], "services.audit.checkpoints.className=");
await refusedHa("keys with data that are gone with the pod", "storage.keys.withData is true and storage.engine is postgres", "storage.keys.withData=true");
for (const entrance of ["ingress.enabled", "gatewayApi.enabled"]) for (const host of ["10.0.0.1", "[2001:db8::1]"]) await refused(`an address in place of a name: ${host}, ${entrance}`, "go by a name",
  `publicUrl=https://${host}`, "ingress.enabled=false", "gatewayApi.parentRefs[0].name=public", `${entrance}=true`);
for (const name of ["data", "Storage:Engine", "auth__audience"]) await refused(`a setting that the chart makes, in other words: ${name}`, `services.consent.settings.${name} is set by the chart itself`, `services.consent.settings.${name}=x`);
await check("refused: a long release name, which is not cut", () => {
  const { ok, stderr } = helm("template", "r".repeat(42), chart, "-f", values);
  return ok || !/at most \d+ lower-case letters/.test(stderr) ? [`it ${ok ? "renders" : `says: ${stderr}`}`] : [];
});
