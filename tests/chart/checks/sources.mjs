// What the chart says about the sources, held against the sources.
import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { forms } from "../forms.mjs";
import { chart, example, helm, render, renderWith } from "../helm.mjs";
import { containers, deployments, environment, find, ofKind } from "../objects.mjs";
import { check, same } from "../report.mjs";
import { gatewayClusters, pools, productVersion, serviceFolders, settingsRead } from "../sources.mjs";

const services = serviceFolders().map((f) => path.basename(f)).sort();
const ha = () => renderWith(["-f", example("ha")]);
const told = (all, name) => Object.fromEntries(environment(find(all, "Deployment", `consent-${name}`)).map((e) => [e.name, e.value ?? e.valueFrom]));

await check("a Deployment for each service", () => same("services", deployments(render()).map((d) => d.metadata.labels["app.kubernetes.io/name"]).sort(), services));
await check("the chart's version of the product is the product's", () =>
  same("appVersion", parse(readFileSync(path.join(chart, "Chart.yaml"), "utf8")).appVersion, productVersion()));
for (const [form, { make }] of Object.entries(forms))
  await check(`${form}: every setting in an environment is read by the sources`, () => {
    const isRead = settingsRead();
    const all = make();
    return [...deployments(all), ...ofKind(all, "Job")].flatMap((d) => {
      const env = environment(d);
      const expanded = new Set(env.flatMap((e) => [...(e.value ?? "").matchAll(/\$\((\w+)\)/g)].map((m) => m[1])));
      return env.map((e) => e.name).filter((n) => !expanded.has(n)).map((n) => n.replaceAll("__", ":")).filter((n) => !/^(ASPNETCORE|DOTNET)_|^SSL_CERT_DIR$|^OTEL_|^Services:/.test(n) && !isRead(n)).map((n) => `${d.metadata.name}: ${n}`);
    });
  });
await check("no setting is taken for one that is read because its section is", () => {
  const isRead = settingsRead();
  return [...["Relay:RedliverAfter", "Audit:Witnesses:0:Adress", "Mail:Frm", "Storage:Cosmos:Endpiont", "Storage:Cosmo:Endpoint"].filter(isRead), ...["Relay:RedeliverAfter", "Audit:Witnesses:0:Url", "Storage:CosmosKeys:Key", "Storage:Cosmos:Regions:1"].filter((n) => !isRead(n)).map((n) => `not ${n}`)];
});
await check("what brings the schemas up to date trusts whom its service trusts", () => {
  const all = renderWith(["-f", example("ha")], ["trust.configMap.name=own-authority"]);
  const trusts = (w) => ({ folder: environment(w).find((e) => e.name === "SSL_CERT_DIR")?.value, mount: containers(w)[0].volumeMounts.find((m) => m.name === "trust"), volume: w.spec.template.spec.volumes.find((v) => v.name === "trust")?.configMap.name });
  const jobs = ofKind(all, "Job");
  return [...same("Jobs", jobs.length, 8), ...jobs.flatMap((j) => [
    ...same(j.metadata.name, trusts(j), trusts(find(all, "Deployment", j.metadata.name.replace(/-migrate$/, "")))), ...same(`${j.metadata.name}, of`, trusts(j).volume, "own-authority"),
  ])];
});
await check("the gateway is told where every service is that its routes name", () => {
  const names = Object.keys(told(render(), "gateway")).filter((n) => n.startsWith("Services__")).map((n) => n.slice("Services__".length));
  return gatewayClusters().filter((c) => !names.includes(c)).map((c) => `not ${c}`);
});
await check("the connections that are told at the end of an install are those of the stores' pools, at their most replicas", () => {
  const { stdout, stderr } = helm("install", "consent", chart, "--namespace", "consent", "--dry-run=client", "-f", example("ha"));
  const found = /hold (\d+) connections .* and (\d+) to that of the keys/.exec(stdout)?.slice(1).map(Number);
  const most = { consent: 6, "cookie-banner": 6, "marketing-unsubscribe": 6, audit: 2, newsletter: 2, analytics: 2, webhooks: 2, connectors: 2 };
  const sum = (which) => Object.entries(most).reduce((all, [name, pods]) => all + pods * pools()[name][which], 0);
  return same(`connections ${stderr}`, found, [sum("data"), sum("keys")]);
});
await check("the gateway looks its services up behind headless Services", () => {
  const [all, settings] = [ha(), told(ha(), "gateway")];
  return [
    ...(settings.Gateway__LookUpEvery ? [] : ["Gateway__LookUpEvery is not set"]),
    ...Object.entries(settings).filter(([n]) => n.startsWith("Services__")).filter(([, address]) => find(all, "Service", new URL(address).hostname)?.spec.clusterIP !== "None").map(([n, address]) => `${n}: ${address}`),
  ];
});
await check("a Service of no address holds back pods that are not ready", () => ofKind(ha(), "Service").filter((s) => s.spec.publishNotReadyAddresses).map((s) => s.metadata.name));
await check("every service drains before it stops", () => deployments(ha()).filter((d) => !environment(d).some((e) => e.name === "Shutdown__DrainFor")).map((d) => d.metadata.name));
await check("opt-out links, documents of receipts and the ingress use the public address", () => {
  const all = render("publicUrl=https://toestemming.example:8443");
  return [
    ...["marketing-unsubscribe", "consent"].flatMap((name) => same(name, told(all, name).PublicUrl, "https://toestemming.example:8443")),
    ...same("host", ofKind(all, "Ingress")[0].spec.rules[0].host, "toestemming.example"),
    ...same("host of the route", ofKind(render("publicUrl=https://toestemming.example:8443", "gatewayApi.enabled=true", "gatewayApi.parentRefs[0].name=a"), "HTTPRoute")[0].spec.hostnames, ["toestemming.example"]),
  ];
});
await check("connectors get their token out of the Secret that is named, and none without one", () => [
  ...same("token", told(render("connectors.tokenSecret.name=marketing-token"), "connectors").Connectors__Token?.secretKeyRef, { name: "marketing-token", key: "token" }),
  ...same("token", told(render(), "connectors").Connectors__Token, undefined),
]);
await check("only who keeps a log knows the database of the keys", () => same("services", deployments(ha()).filter((d) => environment(d).some((e) => e.name === "Storage__PostgresKeys"))
  .map((d) => d.metadata.labels["app.kubernetes.io/name"]).sort(), ["audit", "consent", "marketing-unsubscribe"]));
await check("ingress-nginx is told to log no paths, unless it is told otherwise, beside whatever else it is told", () => {
  const [own, log] = ["cert-manager.io/cluster-issuer", "nginx.ingress.kubernetes.io/enable-access-log"];
  const annotations = (...sets) => ofKind(render(...sets), "Ingress")[0].metadata.annotations;
  const escaped = (name) => `ingress.annotations.${name.replaceAll(".", "\\.")}`;
  return [
    ...same("annotations", annotations(), { [log]: "false" }),
    ...same("annotations", annotations(`${escaped(own)}=own`), { [own]: "own", [log]: "false" }),
    ...same("annotations", annotations("ingress.accessLog=true"), undefined),
  ];
});
await check("without an ingress there is none", () => ofKind(render("ingress.enabled=false"), "Ingress").map((o) => o.metadata.name));
await check("an existing broker and database bring no other", () => ofKind(ha(), "StatefulSet", "Secret", "Cluster", "RabbitmqCluster").map((o) => o.metadata.name));
await check("claims of data and keys outlive the release", () => [...ofKind(render(), "PersistentVolumeClaim"), ...ofKind(ha(), "PersistentVolumeClaim")]
  .filter((c) => c.metadata.annotations?.["helm.sh/resource-policy"] !== "keep").map((c) => c.metadata.name));
await check("schemas are brought up to date before an install and an upgrade, by the image of the service", () => {
  const all = ha();
  return ofKind(all, "Job").flatMap((j) => [
    ...same(`${j.metadata.name}, hook`, j.metadata.annotations?.["helm.sh/hook"], "pre-install,pre-upgrade"),
    ...same(`${j.metadata.name}, args`, j.spec.template.spec.containers[0].args, ["migrate"]),
    ...same(`${j.metadata.name}, image`, j.spec.template.spec.containers[0].image, find(all, "Deployment", j.metadata.name.replace(/-migrate$/, "")).spec.template.spec.containers[0].image),
  ]).concat(same("Jobs", ofKind(all, "Job").map((j) => j.metadata.name).sort(), deployments(all).filter((d) => environment(d).some((e) => e.name === "Storage__Postgres")).map((d) => `${d.metadata.name}-migrate`).sort()));
});
