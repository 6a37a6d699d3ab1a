// Logs in Azure Cosmos DB: what the services and the Jobs are told, who has the identity, and what contradicts itself.
import { upgrade } from "../cluster.mjs";
import { arrowFaults } from "../arrows.mjs";
import { cosmos, cosmosKeys, forms, identity } from "../forms.mjs";
import { chart, example, helm, refusal, render, renderWith, values } from "../helm.mjs";
import { deployments, environment, find, labelsOf, ofKind, pod } from "../objects.mjs";
import { check, same } from "../report.mjs";
import { rules } from "../rules.mjs";
import { pools } from "../sources.mjs";

const logs = ["audit", "consent", "marketing-unsubscribe"], others = ["analytics", "connectors", "cookie-banner", "newsletter", "webhooks"];
const use = "azure.workload.identity/use", clientId = "azure.workload.identity/client-id";
const azure = ["-f", example("azure")];
const told = (w) => Object.fromEntries(environment(w).map((e) => [e.name, e.valueFrom?.secretKeyRef ? `${e.valueFrom.secretKeyRef.name}/${e.valueFrom.secretKeyRef.key}` : e.value]));
const service = (all, name) => told(find(all, "Deployment", `consent-${name}`)), job = (all, name) => told(find(all, "Job", `consent-${name}-migrate`));
const jobs = (all) => ofKind(all, "Job").map((j) => j.metadata.name.slice("consent-".length, -"-migrate".length)).sort();
const having = (settings, start) => Object.fromEntries(Object.entries(settings).filter(([name]) => name.startsWith(start)));

await check("Cosmos DB: who has a log is told both accounts, and the Jobs what to create", () => {
  const all = render(...cosmos, ...cosmosKeys, "storage.cosmos.throughput=4000", "storage.cosmosKeys.throughput=1000", "storage.cosmos.database=shop", "storage.cosmos.regions={West Europe,North Europe}");
  const both = {
    Storage__Engine: "cosmos", Storage__Cosmos__Endpoint: "https://data.documents.azure.com:443/", Storage__Cosmos__Key: "consent-cosmos/data", Storage__Cosmos__Database: "shop", Storage__Cosmos__Mode: "direct",
    Storage__Cosmos__Regions__0: "West Europe", Storage__Cosmos__Regions__1: "North Europe", Storage__CosmosKeys__Endpoint: "https://keys.documents.azure.com:443/", Storage__CosmosKeys__Key: "consent-cosmos/keys",
  };
  const sorted = (o) => Object.fromEntries(Object.entries(o).sort());
  return [
    ...same("Jobs", jobs(all), logs),
    ...logs.flatMap((name) => same(name, sorted(having(service(all, name), "Storage__")), sorted(both))),
    ...logs.flatMap((name) => same(`the Job of ${name}`, sorted(having(job(all, name), "Storage__")), sorted({ ...both, Storage__Cosmos__Throughput: "4000", Storage__CosmosKeys__Throughput: "1000" }))),
    ...others.flatMap((name) => same(name, having(service(all, name), "Storage__"), {})),
  ];
});
await check("Cosmos DB: without a throughput none is told, as a serverless account wants it", () => Object.keys(job(render(...cosmos, ...cosmosKeys), "consent")).filter((name) => name.endsWith("Throughput")));
await check("Cosmos DB: what is no log lies in PostgreSQL where one is named, and only there", () => {
  const all = render(...cosmos, ...cosmosKeys, "postgres.existingSecret.name=addresses");
  return [
    ...["marketing-unsubscribe", ...others].flatMap((name) => same(name, service(all, name).Storage__Postgres, "addresses/data")),
    ...others.flatMap((name) => same(`${name}, engine`, service(all, name).Storage__Engine, "postgres")),
    ...["consent", "audit"].flatMap((name) => same(name, service(all, name).Storage__Postgres, undefined)),
    ...deployments(all).filter((d) => told(d).Storage__PostgresKeys).map((d) => `${d.metadata.name} knows a database of keys`),
    ...same("Jobs", jobs(all), [...logs, ...others].sort()),
    ...same("claims of data", ofKind(all, "PersistentVolumeClaim").map((c) => c.metadata.name).filter((name) => !/-(keys|checkpoints)$/.test(name)), []),
  ];
});
await check("Cosmos DB: without PostgreSQL it lies on claims, of which consent and audit have none", () =>
  same("claims", ofKind(render(...cosmos, ...cosmosKeys), "PersistentVolumeClaim").map((c) => c.metadata.name.slice("consent-".length)).filter((name) => !/-(keys|checkpoints)$/.test(name)).sort(), ["marketing-unsubscribe", ...others].sort()));
await check("Cosmos DB: an operator makes no database of keys", () => same("Clusters", ofKind(renderWith(azure), "Cluster").map((c) => c.metadata.name), ["consent-data"]));

for (const [form, all, withJobs] of [["alone", () => render(...cosmos, ...identity), true], ["and keys for the Jobs", () => render(...cosmos, ...identity, "migrations.cosmosSecret.name=a"), false], ["of the example azure", () => renderWith(azure), false]])
  await check(`an identity ${form}: its label, its account and no key, of whoever has a log and of nobody else`, () => {
    const made = all(), accounts = ofKind(made, "ServiceAccount").filter((a) => a.metadata.annotations?.[clientId]).map((a) => a.metadata.name.slice("consent-".length)).sort();
    const wanted = withJobs ? [...logs, "migrate"].sort() : logs;
    const labelled = [...deployments(made), ...ofKind(made, "Job")].filter((w) => labelsOf(w)[use] === "true");
    return [
      ...same("accounts", accounts, wanted),
      ...same("accounts of pods with the label", [...new Set(labelled.map((w) => pod(w).serviceAccountName.slice("consent-".length)))].sort(), wanted),
      ...deployments(made).filter((d) => Object.keys(told(d)).some((name) => /Cosmos(Keys)?__Key$/.test(name))).map((d) => `${d.metadata.name} has a key`),
      ...logs.flatMap((name) => same(`key of the Job of ${name}`, Boolean(job(made, name).Storage__Cosmos__Key && job(made, name).Storage__CosmosKeys__Key), !withJobs)),
      // The label must not choose pods: a Deployment's selector cannot be changed later.
      ...deployments(made).filter((d) => d.spec.selector.matchLabels[use]).map((d) => `${d.metadata.name} selects by it`),
    ];
  });
await check("keys out of a store are there before the Jobs, and not for services that have an identity", () => {
  const all = renderWith(azure);
  return [
    ...same("ExternalSecrets", ofKind(all, "ExternalSecret").map((s) => s.metadata.name).filter((n) => n.includes("cosmos")), ["consent-migrate-cosmos"]),
    ...same("hook", find(all, "ExternalSecret", "consent-migrate-cosmos").metadata.annotations["helm.sh/hook"], "pre-install,pre-upgrade"),
    ...same("key of the Job", job(all, "consent").Storage__CosmosKeys__Key, "consent-migrate-cosmos/keys"),
  ];
});

await check("a database beside Cosmos DB whose address comes out of a store: that of the data alone", () => {
  const all = render(...cosmos, ...cosmosKeys, "externalSecrets.enabled=true", "externalSecrets.store.name=vault", "externalSecrets.postgres.data.remoteKey=addresses", "services.newsletter.replicas=2");
  return [
    ...same("fetched", find(all, "ExternalSecret", "consent-postgres").spec.data, [{ secretKey: "data", remoteRef: { key: "addresses" } }]),
    ...["marketing-unsubscribe", ...others].flatMap((name) => same(name, service(all, name).Storage__Postgres, "consent-postgres/data")),
  ];
});

const has = (all) => jobs(all).filter((name) => job(all, name).Storage__Postgres);
for (const [when, secrets, wanted, onPostgres] of [["an upgrade, whose database is there", ["Secret consent-data-app"], [...logs, ...others].sort(), ["marketing-unsubscribe", ...others].sort()], ["an upgrade that makes the database", [], logs, []]])
  await check(`${when}: containers are created, and schemas brought up to date where they are`, async () => {
    const { all, refusal: said } = await upgrade(secrets, azure);
    const form = forms["the example azure"];
    return [
      ...same("refusal", said, ""), ...same("Jobs", jobs(all), wanted), ...same("Jobs on PostgreSQL", has(all), onPostgres),
      ...arrowFaults(all, form.only), ...Object.values(rules).flatMap((rule) => rule(all, form.exists)),
    ];
  });
await check("before the first install the Jobs are of who has a log, and open no database that the release makes", () => {
  const all = renderWith(azure);
  return [...same("Jobs", jobs(all), logs), ...same("on PostgreSQL", has(all), []), ...ofKind(all, "Job").flatMap((j) => same(j.metadata.name, j.metadata.annotations["helm.sh/hook"], "pre-install,pre-upgrade"))];
});
await check("the connections that are told beside Cosmos DB are those of what is no log", () => {
  const { stdout, stderr } = helm("install", "consent", chart, "--namespace", "consent", "--dry-run=client", ...azure);
  const most = { "cookie-banner": 2, "marketing-unsubscribe": 2, newsletter: 6, analytics: 6, webhooks: 2, connectors: 2 };
  const log = pools().audit.data, relay = pools().consent.data - log;
  const sum = Object.entries(most).reduce((all, [name, pods]) => all + pods * (pools()[name].data - (name === "marketing-unsubscribe" ? log + relay : 0)), 0);
  return [...same(`connections ${stderr}`, Number(/hold (\d+) connections to the database of the data:/.exec(stdout)?.[1]), sum), ...(stdout.includes("a stand-in for Cosmos DB") ? [] : ["it does not say what it was tested with"])];
});

const refused = (what, wanted, ...sets) => check(`refused: ${what}`, () => {
  const said = refusal(["-f", values], sets), missing = [wanted].flat().filter((w) => !said.includes(w));
  return missing.length === 0 ? [] : [said ? `it says: ${said.trim()}, and not: ${missing.join(", ")}` : "it renders"];
});
const onKeys = [...cosmos, ...cosmosKeys], external = ["externalSecrets.enabled=true", "externalSecrets.store.name=vault"];
const keysFrom = [...external, "externalSecrets.cosmos.data.remoteKey=a", "externalSecrets.cosmos.keys.remoteKey=b"];
await refused("Cosmos DB without an account", ["storage.engine is cosmos", "storage.cosmos.endpoint is empty"], "storage.engine=cosmos");
await refused("Cosmos DB without an account of the keys", ["storage.engine is cosmos", "storage.cosmosKeys.endpoint is empty"], ...cosmos.slice(0, 2), ...identity);
await refused("one account for both", ["storage.cosmos.endpoint and storage.cosmosKeys.endpoint", "same account"], ...onKeys, "storage.cosmosKeys.endpoint=https://DATA.documents.azure.com");
await refused("an account without TLS", "storage.cosmos.endpoint is no https address", ...onKeys, "storage.cosmos.endpoint=http://data.documents.azure.com/");
await check("refused: a connection string, which is not told again", () => {
  const said = refusal(["-f", values], [...onKeys, "storage.cosmosKeys.endpoint=AccountEndpoint=https://keys.documents.azure.com;AccountKey=c2VjcmV0"]);
  return [...(said.includes("A connection string is not read") ? [] : [`it says: ${said}`]), ...(said.includes("c2VjcmV0") ? ["it tells the key"] : [])];
});
for (const engine of ["sqlite", "postgres"]) for (const setting of ["storage.cosmos.endpoint=https://a.documents.azure.com", "storage.cosmos.database=a", "storage.cosmos.credentials.name=a", "storage.cosmos.throughput=1000", "storage.cosmos.mode=gateway", "storage.cosmos.regions={a}",
  "storage.cosmosKeys.endpoint=https://a.documents.azure.com", "storage.cosmosKeys.credentials.name=a", ...identity, "migrations.cosmosSecret.name=a"]) {
  const name = setting.split("=")[0];
  await refused(`${name} with the engine ${engine}`, [`${name} is set`, `storage.engine is ${engine}`], `storage.engine=${engine}`, ...(engine === "postgres" ? ["postgres.existingSecret.name=addresses"] : []), setting);
}
await refused("keys of Cosmos DB out of a store, with the engine sqlite", ["externalSecrets.cosmos.data is set", "storage.engine is sqlite"], ...keysFrom);
await refused("nothing that lets in", "Nothing lets the services into Cosmos DB", ...cosmos);
await refused("an identity and a key", ["storage.workloadIdentity.clientId", "storage.cosmos.credentials.name", "migrations.cosmosSecret"], ...onKeys, ...identity);
await refused("an identity, and a key of the account of the keys", ["storage.workloadIdentity.clientId", "storage.cosmosKeys.credentials.name"], ...onKeys, ...identity, "storage.cosmos.credentials.name=");
await refused("the key of one account alone", ["storage.cosmos.credentials.name is set alone", "storage.cosmosKeys.credentials.name"], ...onKeys, "storage.cosmosKeys.credentials.name=");
await refused("one key for two accounts", ["storage.cosmos.credentials and storage.cosmosKeys.credentials are both", "consent-cosmos"], ...onKeys, "storage.cosmosKeys.credentials.key=data");
await refused("keys from two places", "Two keys of Cosmos DB", ...onKeys, ...keysFrom);
await refused("the key of one account alone, out of a store", "Of externalSecrets.cosmos.data and .keys one is set alone", ...cosmos, ...external, "externalSecrets.cosmos.data.remoteKey=a");
await refused("one entry of a store for two accounts", "externalSecrets.cosmos.data and .keys name the same entry", ...cosmos, ...external, "externalSecrets.cosmos.data.remoteKey=a", "externalSecrets.cosmos.keys.remoteKey=a");
await refused("two keys for the Jobs", "Two keys for the Jobs", ...cosmos, ...identity, ...keysFrom, "migrations.cosmosSecret.name=a");
await refused("keys for the Jobs, which have the services'", ["migrations.cosmosSecret.name", "storage.cosmos.credentials.name"], ...onKeys, "migrations.cosmosSecret.name=a");
await refused("one key of the Jobs for two accounts", "migrations.cosmosSecret.data and .keys are both", ...cosmos, ...identity, "migrations.cosmosSecret.name=a", "migrations.cosmosSecret.keys=data");
await refused("keys for Jobs that there are not", ["migrations.cosmosSecret.name is set", "migrations.enabled is false"], ...cosmos, ...identity, "migrations.cosmosSecret.name=a", "migrations.enabled=false");
await refused("keys out of a store for Jobs that there are not", ["externalSecrets.cosmos is set", "migrations.enabled is false"], ...cosmos, ...identity, ...keysFrom, "migrations.enabled=false");
await refused("a throughput that an identity cannot give", ["storage.cosmosKeys.throughput is set", "identity alone", "migrations.cosmosSecret.name"], ...cosmos, ...identity, "storage.cosmosKeys.throughput=1000");
await refused("a throughput without Jobs", ["storage.cosmos.throughput is set", "migrations.enabled is false"], ...onKeys, "storage.cosmos.throughput=1000", "migrations.enabled=false");
await refused("a region twice", "storage.cosmos.regions names a region twice", ...onKeys, "storage.cosmos.regions={West Europe,west europe}");
await refused("a database of keys beside the account of the keys", ["externalSecrets.postgres.keys is set", "storage.engine is cosmos"], ...onKeys, ...external, "externalSecrets.postgres.data.remoteKey=a", "externalSecrets.postgres.keys.remoteKey=b");
await refused("two databases beside Cosmos DB", "Two databases:", ...onKeys, "postgres.existingSecret.name=a", "postgres.cloudNativePG.enabled=true");
await refused("keys with data that are gone with the pod", "storage.keys.withData is true and storage.engine is cosmos", ...onKeys, "storage.keys.withData=true");
for (const name of ["marketing-unsubscribe", ...others]) await refused(`replicas of ${name} with a file of each`, [`services.${name}.replicas is 2`, "storage.engine is cosmos without a database", "postgres.existingSecret.name"], ...onKeys, `services.${name}.replicas=2`);
await refused("replicas of consent without a shared folder of keys", ["services.consent.replicas is 2", "storage.keys.accessMode is ReadWriteOnce"], ...onKeys, "services.consent.replicas=2");
await refused("one process on Cosmos DB", ["oneProcess.enabled is true", "storage.engine is cosmos"], "oneProcess.enabled=true", "broker.existingSecret.name=", ...onKeys);
await refused("ports that end before they begin", "networkPolicy.cosmosDirectPorts is from 20000 to 10000", ...onKeys, "networkPolicy.cosmosDirectPorts.from=20000", "networkPolicy.cosmosDirectPorts.to=10000");
await refused("a mode that there is not", "/storage/cosmos/mode", ...onKeys, "storage.cosmos.mode=tcp");
await refused("a throughput that is no whole thousand", "/storage/cosmos/throughput", ...onKeys, "storage.cosmos.throughput=1500");
await refused("an identity by its name", "/storage/workloadIdentity/clientId", ...cosmos, "storage.workloadIdentity.clientId=consent");
for (const setting of ["Storage__Cosmos__Key", "storage:cosmoskeys:endpoint", "Storage__Cosmos__Regions__7"]) await refused(`${setting} past the chart`, `services.consent.settings.${setting} is set by the chart itself`, ...onKeys, `services.consent.settings.${setting}=x`);
await check("how long a call of Cosmos DB is tried may be set", () => same("setting", service(render(...onKeys, "services.consent.settings.Storage__Cosmos__Within=00:00:20"), "consent").Storage__Cosmos__Within, "00:00:20"));
