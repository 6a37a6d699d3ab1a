// What the chart renders, in every form, under every rule.
import { readFileSync } from "node:fs";
import { arrowFaults } from "../arrows.mjs";
import { hasPromtool, promtool } from "../alerts.mjs";
import { differing, names } from "../examples.mjs";
import { forms } from "../forms.mjs";
import { chart, example, helm, textWith, values } from "../helm.mjs";
import { ofKind } from "../objects.mjs";
import { network } from "../rules/network.mjs";
import { rules } from "../rules.mjs";
import { security } from "../rules/security.mjs";
import { check, same } from "../report.mjs";
import { foundBy } from "../schemas.mjs";

for (const [form, { make, exists, only, at, without }] of Object.entries(forms)) {
  let all = [];
  await check(`renders with ${form}`, () => { all = make(); return all.length > 5 ? [] : ["nothing was rendered"]; });
  if (!all.length) continue;
  for (const [sentence, rule] of Object.entries(rules)) if (!(without && sentence in network)) await check(`${form}: ${sentence}`, () => rule(all, exists));
  await check(`${form}: every object is one of Kubernetes 1.34, or of an operator`, async () => (await foundBy(all)).faults);
  if (without) await check(`${form}: none is rendered`, () => ofKind(all, without).map((o) => o.metadata.name));
  else await check(`${form}: the arrows of the architecture, nothing more and nothing less`, () => arrowFaults(all, only, at));
  if (hasPromtool) await check(`${form}: Prometheus takes the rules`, () => promtool(all));
  // What the form says is there before must be used: the list is what an operator has to make.
  const text = JSON.stringify(all);
  await check(`${form}: what must be there before is used`, () => Object.values(exists ?? {}).flatMap((found) => Array.isArray(found) ? found : Object.keys(found)).filter((name) => !text.includes(name)));
}

await check("an arrow too many and one too few are told", () => {
  const all = forms["the example dev"].make();
  const policy = (name) => ofKind(all, "NetworkPolicy").find((p) => p.metadata.name === `consent-${name}`).spec;
  const peer = (name) => ({ podSelector: { matchLabels: { "app.kubernetes.io/name": name } } });
  policy("audit").egress.push({ to: [peer("webhooks")], ports: [{ port: 8080 }] });
  policy("webhooks").ingress.push({ from: [peer("audit")], ports: [{ port: 8080 }] });
  policy("newsletter").ingress = [];
  return same("faults", arrowFaults(all), ["open, and should not be: audit -> webhooks:8080", "closed, and should be open: gateway -> newsletter:8080"]);
});
await check("there are the examples dev, ha and azure", () => same("examples", names(), ["azure", "dev", "ha"]));
for (const name of names()) {
  await check(`the manifests beside the example ${name} are what the chart renders`, () => differing(name));
  await check(`the example ${name} renders the same twice`, () => same("render", textWith(["-f", example(name)]) === textWith(["-f", example(name)]), true));
  await check(`lints, with the example ${name}`, () => { const { ok, stdout, stderr } = helm("lint", "--strict", chart, "-f", example(name)); return ok ? [] : [stdout + stderr]; });
  await check(`the example ${name} says what must be there before it`, () => {
    const text = readFileSync(example(name), "utf8").split("\n").filter((l) => l.startsWith("#")).join(" ");
    return Object.values(forms[`the example ${name}`].exists ?? {}).flatMap((found) => Array.isArray(found) ? found : Object.keys(found)).filter((what) => !text.includes(what));
  });
}
await check("lints, as it comes", () => { const { ok, stdout, stderr } = helm("lint", "--strict", chart); return ok ? [] : [stdout + stderr]; });
await check("lints, with values", () => { const { ok, stdout, stderr } = helm("lint", "--strict", chart, "-f", values); return ok ? [] : [stdout + stderr]; });
await check("every broker of the chart's own reads the setting that bounds its write-ahead log", () => {
  const setting = "raft.wal_max_size_bytes = 16777216";
  const brokers = Object.entries(forms).flatMap(([form, { make }]) => {
    const all = make();
    return [
      ...ofKind(all, "RabbitmqCluster").map((o) => [form, o.spec.rabbitmq.additionalConfig]),
      ...ofKind(all, "StatefulSet").filter((o) => o.metadata.name.endsWith("-rabbitmq")).map((o) => {
        const pod = o.spec.template.spec;
        const mount = pod.containers[0].volumeMounts.find((m) => m.mountPath.startsWith("/etc/rabbitmq/conf.d/"));
        const volume = pod.volumes.find((v) => v.name === mount?.name);
        return [form, ofKind(all, "ConfigMap").find((c) => c.metadata.name === volume?.configMap.name)?.data[mount.subPath]];
      }),
    ];
  });
  return [...(brokers.length < 2 ? ["there is none"] : []), ...brokers.filter(([, text]) => !text?.split("\n").includes(setting)).map(([form]) => form)];
});
// The operator says the rest: the user, the account, and that its broker writes to its root file system.
const ofOperator = ["no pod shares the host's namespaces", "no container is privileged", "every container drops all capabilities, and adds but NET_BIND_SERVICE", "no process gains privileges", "no container may run as root", "every container has a seccomp profile"];
for (const sentence of ofOperator) await check(`the pods that the broker's operator is told to make: ${sentence}`, () => {
  const told = ofKind(forms["the example azure"].make(), "RabbitmqCluster").map((o) => ({ kind: "Pod", metadata: o.metadata, spec: o.spec.override.statefulSet.spec.template.spec }));
  return told.length === 1 ? security[sentence](told) : ["there is none"];
});
