// skaffold.yaml and charts/build-image.sh.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { buildImage } from "../buildImage.mjs";
import { render, root } from "../helm.mjs";
import { deployments, environment, find, images, ofKind, pod } from "../objects.mjs";
import { check, same } from "../report.mjs";
import { running } from "../rules/workloads.mjs";
import { security } from "../rules/security.mjs";
import { foundBy } from "../schemas.mjs";
import { missingFiles, profiles, skaffold, skaffoldRender, unknownMembers, verifyJob } from "../skaffold.mjs";
import { isProject, serviceFolders } from "../sources.mjs";

const read = (file) => readFileSync(path.join(root, file), "utf8");
const lockOf = (project) => `tools/images/locks/${readdirSync(path.join(root, project)).find((f) => f.endsWith(".csproj")).replace(/\.csproj$/, ".json")}`;
const tests = "consent/deployed-tests";
const others = /^(rabbitmq|postgres)$/;
const bare = (all) => images(all).map((i) => i.replace("registry.example/team/", "").replace(/:[^:]+$/, "")).filter((i) => !others.test(i));
const matches = (glob, file) => new RegExp(`^${glob.replace(/[.+]/g, "\\$&").replace(/\*+/g, (stars) => stars.length > 1 ? ".*" : "[^/]*")}$`).test(file);
/** What the SDK and the script read at every build. */
const everyBuild = [...["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json", ".editorconfig", "tools/BannedSymbols.txt", "charts/build-image.sh"],
  ...readdirSync(path.join(root, "tools/images"), { recursive: true }).filter((f) => /\.\w+$/.test(f)).map((f) => `tools/images/${f}`)];
const unique = (list) => [...new Set(list)].sort();
const imageOf = (project) => project === "tools/host" ? "consent/host" : project === "tests/Deployed.Tests" ? tests : `consent/${path.basename(project)}`;

await check("skaffold: the schema is of version 4, and knows the environment of a verifying container", () => Number(/^skaffold\/v4beta(\d+)$/.exec(skaffold().file.apiVersion)?.[1]) >= 12 ? [] : [skaffold().file.apiVersion]);
await check("skaffold: there are the profiles ha and one-process", () => same("profiles", profiles(), [undefined, "ha", "one-process"]));
await check("skaffold: every service is built", () => same("projects", unique(skaffold().artifacts.map((a) => a.project).filter((p) => p.startsWith("services/"))), serviceFolders().sort()));
await check("skaffold: the chart by itself uses images of the names that are built", () => same("images", unique(bare(render())), unique(skaffold().artifacts.map((a) => a.image).filter((i) => i !== tests))));
for (const profile of profiles()) {
  const name = `skaffold${profile ? ` -p ${profile}` : ""}`;
  const { file, artifacts, release } = skaffold(profile);
  await check(`${name}: every member is one that Skaffold knows`, () => unknownMembers(file));
  await check(`${name}: every file and folder that it names exists`, () => missingFiles({ file, artifacts, release }));
  await check(`${name}: every project exists, by the script that builds it, under its own name`, () => artifacts.flatMap((a) => [
    ...(isProject(a.project) ? [] : [`${a.project} is no project`]), ...same(a.project, [a.command, a.image], ["charts/build-image.sh", imageOf(a.project)]),
  ]));
  await check(`${name}: a change of a project's own files builds it again`, () => artifacts.filter((a) => !a.paths.some((p) => `${a.project}/`.startsWith(p.replace(/\*\*$/, "")))).map((a) => a.project));
  await check(`${name}: a change of what every build reads builds every image again`, () => artifacts.flatMap((a) =>
    everyBuild.filter((f) => !a.paths.some((p) => matches(p, f))).map((f) => `${a.image}: not ${f}`)));
  await check(`${name}: every image that is used is built, each for its own service, and every one that is built is used`, () => {
    const all = skaffoldRender(profile);
    const own = deployments(all).filter((d) => pod(d).containers[0].image !== `consent/${d.metadata.labels["app.kubernetes.io/name"]}:0a1b2c`);
    return [...same("images", unique([...bare(all), ...file.verify.map((v) => v.container.image)]), unique(artifacts.map((a) => a.image))), ...own.map((d) => `${d.metadata.name} runs another's image`)];
  });
  await check(`${name}: the forwarded Service exists, at localhost:8080`, () => file.portForward.flatMap((f) => [
    ...same("port", f.localPort, 8080), ...(find(skaffoldRender(profile), "Service", f.resourceName)?.spec.ports.some((p) => p.port === f.port) ? [] : [f.resourceName]),
  ]));
  await check(`${name}: what verifies asks the gateway that is there, by the key that is there`, () => {
    const all = skaffoldRender(profile);
    const [{ container: { env: [gateway] } }] = file.verify;
    const { hostname, port } = new URL(gateway.value);
    const secret = pod(verifyJob()).volumes.find((v) => v.secret).secret.secretName;
    return [
      ...same("variable", gateway.name, "CONSENT_GATEWAY"),
      ...(find(all, "Service", hostname)?.spec.ports.some((p) => String(p.port) === port) ? [] : [`no Service at ${gateway.value}`]),
      ...(find(all, "Secret", secret)?.stringData["signing-key.pem"] ? [] : [`no signing-key.pem in a Secret ${secret}`]),
      ...(deployments(all).some((d) => environment(d).some((e) => e.name === "Analytics__ForwardUrl")) ? [] : ["analytics drops every hit"]),
    ];
  });
}
await check("skaffold: a patch of what is not there is told", () => { try { skaffold("mini"); return ["it is not"]; } catch { return []; } });
const beside = ["every pod has a service account of its own, which mounts no token either"];
for (const [sentence, rule] of Object.entries({ ...security, ...running })) if (!beside.includes(sentence)) await check(`the Job of skaffold verify: ${sentence}`, () => rule([verifyJob()]));
await check("the Job of skaffold verify is one of Kubernetes 1.34", async () => (await foundBy([verifyJob()])).faults);
await check("the Job of skaffold verify holds the container that Skaffold fills in", () => same("container", skaffold().file.verify[0].container.name, pod(verifyJob()).containers[0].name));
await check("skaffold -p ha: two or more of all that can be more than one", () => {
  const all = skaffoldRender("ha");
  const least = (d) => ofKind(all, "HorizontalPodAutoscaler").find((h) => h.spec.scaleTargetRef.name === d.metadata.name)?.spec.minReplicas ?? d.spec.replicas ?? 1;
  return same("one of", deployments(all).filter((d) => least(d) < 2).map((d) => d.metadata.name).sort(), ["consent-gateway"]);
});

const publish = ["publish", "services/gateway", "-c", "Release", "--nologo", "-t:PublishContainer", "-p:ConsentImage=true"];
const own = ["-p:ContainerBaseImage=localhost:4711/consent/base:12", "-p:ConsentBaseName=consent/base:12", "-p:ConsentBaseDigest=sha256:0a1b"];
const builds = (sentence, environmentOf, ...wanted) => check(`build-image: ${sentence}`, () => {
  const { args } = buildImage(environmentOf);
  return [...same("dotnet", args.slice(0, 2), publish.slice(0, 2)), ...[...publish, ...wanted].filter((a) => !args.includes(a)).map((a) => `not ${a}: ${args.join(" ")}`)];
});
await builds("into the local engine", { IMAGE: "consent/gateway:0.1.0", PUSH_IMAGE: "false" }, ...own, "-p:ContainerImageFormat=Docker", "-p:ContainerRepository=consent/gateway", "-p:ContainerImageTag=0.1.0");
await builds("to a registry with a port", { IMAGE: "localhost:5000/team/gateway:a1", PUSH_IMAGE: "true" },
  ...own, "-p:ContainerRegistry=localhost:5000", "-p:ContainerRepository=team/gateway", "-p:ContainerImageTag=a1");
await builds("on a base of one's own", { IMAGE: "consent/gateway:1", ContainerBaseImage: "registry.example/base:1" }, "-p:ContainerBaseImage=registry.example/base:1", "-p:ConsentBaseName=registry.example/base:1");
await check("build-image: what is published for an image is published as for the archives that are tested", () => {
  // Where they go is all that differs.
  const common = (args) => unique(args.map((a) => a.split("=")[0]).filter((a) => /^-p:(Consent\w+|ContainerBaseImage)$/.test(a) && a !== "-p:ConsentArchives"));
  return same("properties", common(buildImage({ IMAGE: "consent/gateway:1" }).args), common(read("tools/images/build.sh").match(/-p:\w+=/g)));
});
await check("every project that is built as an image has a lock file for it", () => unique(profiles().flatMap((p) => skaffold(p).artifacts.map((a) => lockOf(a.project)))).filter((f) => !existsSync(path.join(root, f))));
for (const [sentence, environmentOf] of Object.entries({
  "no tag": { IMAGE: "registry.example:5000/gateway" },
  "the tag latest": { IMAGE: "consent/gateway:latest" },
  "a push to nowhere": { IMAGE: "consent/gateway:1", PUSH_IMAGE: "true" },
  "another platform": { IMAGE: "consent/gateway:1", PLATFORMS: "linux/s390x" },
})) await check(`build-image refuses ${sentence}`, () => same("exit code", buildImage(environmentOf).status, 2));
