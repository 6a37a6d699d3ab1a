// Upgrades of a release, for which helm asks the cluster what is there.
import { arrowFaults } from "../arrows.mjs";
import { upgrade } from "../cluster.mjs";
import { forms } from "../forms.mjs";
import { renderWith, values } from "../helm.mjs";
import { deployments, ofKind, pod } from "../objects.mjs";
import { check, same } from "../report.mjs";
import { rules } from "../rules.mjs";

const keep = ["consent", "marketing-unsubscribe", "audit", "webhooks", "connectors"];
const data = keep.map((name) => `PersistentVolumeClaim consent-${name}`), apart = data.map((claim) => `${claim}-keys`);
const withData = "storage.keys.withData=true";
const says = (wanted, { refusal }) => wanted.filter((w) => !refusal.includes(w)).map((w) => `it says "${refusal.trim() || "nothing"}", and not: ${w}`);
const claims = (all) => deployments(all).flatMap((d) => pod(d).volumes.map((v) => v.persistentVolumeClaim?.claimName)).filter(Boolean);

for (const name of keep) await check(`refused: an upgrade that would hide the keys of ${name} under an empty volume`, async () =>
  says([`The keys of ${name} lie on the claim consent-${name}`, withData], await upgrade([...data, ...apart.filter((c) => c !== `PersistentVolumeClaim consent-${name}-keys`)], ["-f", values])));
await check("keys that lay with the data stay there, where that is told", async () => {
  const { all, refusal } = await upgrade(data, ["-f", values], [withData]);
  const mounts = deployments(all).flatMap((d) => pod(d).containers[0].volumeMounts.map((m) => m.mountPath));
  return [...same("refusal", refusal, ""), ...same("claims of keys", [...claims(all), ...ofKind(all, "PersistentVolumeClaim").map((c) => c.metadata.name)].filter((c) => c.endsWith("-keys")), []),
    ...same("mounts over keys", mounts.filter((m) => m === "/data/keys"), []), ...same("claims of data", keep.filter((name) => !claims(all).includes(`consent-${name}`)), [])];
});
await check("refused: keys with the data, where they lie apart", async () => says([withData.replace("=", " is "), "consent-audit-keys"], await upgrade([...data, ...apart], ["-f", values], [withData])));
await check("an upgrade with keys apart goes on as it was", async () => {
  const { all, refusal } = await upgrade([...data, ...apart], ["-f", values]);
  return [...same("refusal", refusal, ""), ...same("claims", keep.filter((name) => !claims(all).includes(`consent-${name}-keys`)), [])];
});

const jobs = (all) => ofKind(all, "Job").map((j) => j.metadata.name).sort();
const policies = (all) => ofKind(all, "NetworkPolicy").filter((p) => JSON.stringify(p.spec.ingress ?? []).includes("migrate")).map((p) => p.metadata.name).sort();
const shared = ["analytics", "audit", "connectors", "consent", "cookie-banner", "marketing-unsubscribe", "newsletter", "webhooks"].map((name) => `consent-${name}-migrate`);
const trying = ["-f", values, "--set", "storage.engine=postgres,postgres.development.enabled=true,postgres.development.password=forTheTest"];
const fetched = ["-f", values, "--set", "storage.engine=postgres,externalSecrets.enabled=true,externalSecrets.store.name=vault,externalSecrets.postgres.data.remoteKey=data,externalSecrets.postgres.keys.remoteKey=keys"];
for (const [form, args, secrets, opened] of [
  ["databases of an operator", ["-f", values, "--set", "storage.engine=postgres,postgres.cloudNativePG.enabled=true"], ["Secret consent-data-app", "Secret consent-keys-app"], ["consent-data", "consent-keys"]],
  ["a database for trying out", trying, ["Secret consent-postgres"], ["consent-postgres"]],
  ["a database whose address comes from elsewhere", fetched, ["Secret consent-postgres"], []],
]) {
  await check(`${form}: a database that is there is brought up to date before the services`, async () => {
    const { all, refusal } = await upgrade(secrets, args);
    return [
      ...same("refusal", refusal, ""), ...same("Jobs", jobs(all), shared), ...same("policies that let them in", policies(all), opened),
      ...arrowFaults(all), ...(form === "databases of an operator" ? Object.values(rules).flatMap((rule) => rule(all, forms["an existing broker"].exists)) : []),
    ];
  });
  await check(`${form}: no hook waits for a database that the upgrade makes`, async () => {
    const { all, refusal } = await upgrade(secrets.slice(1), args);
    return [...same("refusal", refusal, ""), ...same("rendered", all.length > 5, true), ...same("Jobs", jobs(all), []), ...same("policies that let them in", policies(all), [])];
  });
  await check(`${form}: nor where no cluster is asked`, () => same("Jobs", jobs(renderWith(args)), []));
}
