import { readFileSync } from "node:fs";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { buildImage } from "./buildImage.mjs";
import { chart, helm, refusal, render, renderWith, values } from "./helm.mjs";
import { deployments, environment, images, rules } from "./manifests.mjs";
import { gatewayClusters, isProject, productVersion, serviceFolders, settingsRead, skaffold, skaffoldSets } from "./sources.mjs";

let passed = 0, failed = 0;

/** A check answers its faults; none is a pass, and so is nothing else. */
function check(sentence, faultsOf) {
  let faults;
  try {
    faults = faultsOf();
  } catch (e) {
    faults = [e.message];
  }
  if (faults.length === 0) return void passed++;
  failed++;
  console.log(`FAILED ${sentence}\n${faults.map((f) => `  ${f}`).join("\n")}`);
}

const same = (what, found, wanted) => isDeepStrictEqual(found, wanted) ? [] : [`${what}: ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`];
const names = (folders) => folders.map((f) => path.basename(f)).sort();
const services = names(serviceFolders());
const { file, artifacts, release } = skaffold();

const forms = {
  "an existing broker": () => render(),
  "a development broker": () => render("broker.existingSecret.name=", "broker.development.enabled=true", "ingress.enabled=false"),
  "skaffold's values": () => renderWith([], skaffoldSets(release, artifacts)),
};
for (const [form, make] of Object.entries(forms)) {
  let rendered = [];
  check(`renders with ${form}`, () => {
    rendered = make();
    return same("services", deployments(rendered).map((d) => d.metadata.labels["app.kubernetes.io/name"]).sort(), services);
  });
  for (const [sentence, rule] of Object.entries(rules)) check(`${form}: ${sentence}`, () => rendered.length ? rule(rendered) : ["nothing was rendered"]);
}

check("lints, as it comes", () => { const { ok, stdout, stderr } = helm("lint", "--strict", chart); return ok ? [] : [stdout + stderr]; });
check("lints, with values", () => { const { ok, stdout, stderr } = helm("lint", "--strict", chart, "-f", values); return ok ? [] : [stdout + stderr]; });

const refused = (sentence, wanted, ...sets) => check(`refused: ${sentence}`, () => {
  const said = refusal(...sets);
  return said.includes(wanted) ? [] : [said ? `it says: ${said.trim()}` : "it renders"];
});
refused("no broker", "No broker: set broker.existingSecret.name", "broker.existingSecret.name=");
refused("two brokers", "Two brokers:", "broker.development.enabled=true");
refused("no token issuer", "No token issuer: set auth.authority", "auth.authority=");
refused("a token issuer without TLS, which the services refuse too", "auth/authority", "auth.authority=http://issuer.example");
refused("no public address", "No public address: set publicUrl", "publicUrl=");
refused("no images", "No image for analytics:", "images.registry=");
refused("an unknown value", "'brokr'", "brokr.name=x");
refused("an unknown service", "'mailer'", "services.mailer.image=a/b:1");
refused("a service removed", "cookie-banner", "services.cookie-banner=null");
refused("replicas, which SQLite does not allow", "'replicas'", "services.consent.replicas=2");
refused("the tag latest", "/images/tag", "images.tag=latest");
refused("an image without a tag", "/services/gateway/image", "services.gateway.image=team/gateway");
refused("an image that is latest", "/services/gateway/image", "services.gateway.image=team/gateway:latest");
refused("a setting that the chart makes", "services.consent.settings.Data is set by the chart itself", "services.consent.settings.Data=/x");

check("the chart's version of the product is the product's", () =>
  same("appVersion", parse(readFileSync(path.join(chart, "Chart.yaml"), "utf8")).appVersion, productVersion()));
check("every setting in an environment is read by the sources", () => {
  const isRead = settingsRead();
  return deployments(render()).flatMap((d) => environment(d).map((e) => e.name.replaceAll("__", ":")))
    .filter((name) => !/^(ASPNETCORE|DOTNET)_|^Services:/.test(name) && !isRead(name));
});
check("the gateway is told where every service is that its routes name", () => {
  const gateway = deployments(render()).find((d) => d.metadata.name === "consent-gateway");
  const told = environment(gateway).filter((e) => e.name.startsWith("Services__")).map((e) => e.name.slice("Services__".length));
  return gatewayClusters().filter((c) => !told.includes(c)).map((c) => `not ${c}`);
});
check("opt-out links, documents of receipts and the ingress use the public address", () => {
  const all = render("publicUrl=https://toestemming.example:8443");
  const told = (name) => environment(deployments(all).find((d) => d.metadata.name === name)).find((e) => e.name === "PublicUrl")?.value;
  return [
    ...["consent-marketing-unsubscribe", "consent-consent"].flatMap((name) => same(name, told(name), "https://toestemming.example:8443")),
    ...same("host", all.find((o) => o.kind === "Ingress").spec.rules[0].host, "toestemming.example"),
  ];
});
check("connectors get their token out of the Secret that is named, and none without one", () => {
  const token = (all) => environment(deployments(all).find((d) => d.metadata.name === "consent-connectors")).find((e) => e.name === "Connectors__Token")?.valueFrom.secretKeyRef;
  return [
    ...same("token", token(render("connectors.tokenSecret.name=marketing-token")), { name: "marketing-token", key: "token" }),
    ...same("token", token(render()), undefined),
  ];
});
check("ingress-nginx is told to log no paths, unless it is told otherwise, beside whatever else it is told", () => {
  const [own, log] = ["cert-manager.io/cluster-issuer", "nginx.ingress.kubernetes.io/enable-access-log"];
  const annotations = (...sets) => render(...sets).find((o) => o.kind === "Ingress").metadata.annotations;
  const escaped = (name) => `ingress.annotations.${name.replaceAll(".", "\\.")}`;
  return [
    ...same("annotations", annotations(), { [log]: "false" }),
    ...same("annotations", annotations(`${escaped(own)}=own`), { [own]: "own", [log]: "false" }),
    ...same("annotations", annotations("ingress.accessLog=true"), undefined),
  ];
});
check("without an ingress there is none", () => render("ingress.enabled=false").filter((o) => o.kind === "Ingress").map((o) => o.metadata.name));
check("an existing broker brings no other", () => render().filter((o) => o.kind === "StatefulSet" || o.kind === "Secret").map((o) => o.metadata.name));
check("a long release name is refused, not cut", () => {
  const { ok, stderr } = helm("template", "r".repeat(42), chart, "-f", values);
  return ok || !stderr.includes("41 lower-case letters") ? [`it ${ok ? "renders" : `says: ${stderr}`}`] : [];
});

check("skaffold: the schema is of version 4", () => /^skaffold\/v4beta\d+$/.test(file.apiVersion) ? [] : [file.apiVersion]);
check("skaffold: every project exists", () => artifacts.filter((a) => !isProject(a.project)).map((a) => a.project));
check("skaffold: every service is built, under its own name", () => [
  ...same("projects", names(artifacts.map((a) => a.project)), services),
  ...artifacts.flatMap((a) => same(a.project, a.image, `consent/${path.basename(a.project)}`)),
]);
check("skaffold: the chart uses the images that are built, each for its own service, and no others", () => {
  const wanted = artifacts.map((a) => a.image).sort();
  const bare = (all) => images(all).map((i) => i.replace("registry.example/team/", "").replace(/:[^:]+$/, "")).filter((i) => i !== "rabbitmq").sort();
  const own = deployments(forms["skaffold's values"]()).filter((d) =>
    d.spec.template.spec.containers[0].image !== `consent/${d.metadata.labels["app.kubernetes.io/name"]}:0a1b2c`);
  return [...same("by default", bare(render()), wanted), ...same("by skaffold", bare(forms["skaffold's values"]()), wanted), ...own.map((d) => `${d.metadata.name} runs another's image`)];
});
check("skaffold: the forwarded Service exists", () => file.portForward.filter((f) =>
  !forms["skaffold's values"]().some((o) => o.kind === "Service" && o.metadata.name === f.resourceName && o.spec.ports.some((p) => p.port === f.port))).map((f) => f.resourceName));

const publish = ["publish", "services/gateway", "-c", "Release", "--nologo", "-t:PublishContainer"];
const builds = (sentence, environmentOf, ...wanted) => check(`build-image: ${sentence}`, () => same("dotnet", buildImage(environmentOf).args, [...publish, ...wanted]));
builds("into the local engine", { IMAGE: "consent/gateway:0.1.0", PUSH_IMAGE: "false" }, "-p:ContainerRepository=consent/gateway", "-p:ContainerImageTag=0.1.0");
builds("to a registry with a port", { IMAGE: "localhost:5000/team/gateway:a1", PUSH_IMAGE: "true" },
  "-p:ContainerRegistry=localhost:5000", "-p:ContainerRepository=team/gateway", "-p:ContainerImageTag=a1");
for (const [sentence, environmentOf] of Object.entries({
  "no tag": { IMAGE: "registry.example:5000/gateway" },
  "the tag latest": { IMAGE: "consent/gateway:latest" },
  "a push to nowhere": { IMAGE: "consent/gateway:1", PUSH_IMAGE: "true" },
  "another platform": { IMAGE: "consent/gateway:1", PLATFORMS: "linux/s390x" },
})) check(`build-image refuses ${sentence}`, () => same("exit code", buildImage(environmentOf).status, 2));

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
