// skaffold.yaml: as it stands and under each profile, without Skaffold.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { renderWith, root } from "./helm.mjs";

const read = (file) => readFileSync(path.join(root, file), "utf8");

/** The file with the patches of a profile (RFC 6902, "replace" only), or as it stands. A patch of what is not there is a fault. */
export function skaffold(profile) {
  const file = parse(read("skaffold.yaml"));
  const found = profile && file.profiles.find((p) => p.name === profile);
  if (profile && !found) throw new Error(`skaffold.yaml has no profile ${profile}.`);
  for (const { op, path: at, value } of found?.patches ?? []) {
    const steps = at.slice(1).split("/");
    const last = steps.pop();
    const parent = steps.reduce((o, step) => o?.[step], file);
    if (op !== "replace" || parent?.[last] === undefined) throw new Error(`${profile}: ${op} ${at} replaces nothing.`);
    parent[last] = value;
  }
  const artifacts = file.build.artifacts.map((a) => ({ image: a.image, command: a.custom.buildCommand.split(" ")[0], project: a.custom.buildCommand.split(" ")[1], paths: a.custom.dependencies.paths }));
  return { file, artifacts, release: file.deploy.helm.releases[0] };
}

export const profiles = () => [undefined, ...parse(read("skaffold.yaml")).profiles.map((p) => p.name)];

/** What Skaffold would give to helm, with the variables that it fills in. */
export function skaffoldRender(profile) {
  const { artifacts, release } = skaffold(profile);
  const variables = Object.fromEntries(artifacts.map((a) => [`IMAGE_FULLY_QUALIFIED_${a.image.replace(/[-/]/g, "_")}`, `${a.image}:0a1b2c`]));
  const fill = (template) => template.replace(/\{\{\.(\w+)\}\}/g, (_, name) => {
    if (!(name in variables)) throw new Error(`skaffold.yaml uses ${name}, which Skaffold does not fill in.`);
    return variables[name];
  });
  const sets = [...Object.entries(release.setValues), ...Object.entries(release.setValueTemplates).map(([k, v]) => [k, fill(v)])].map(([k, v]) => `${k}=${v}`);
  return renderWith(release.valuesFiles.flatMap((f) => ["-f", path.join(root, f)]), sets);
}

const allowed = {
  "": ["apiVersion", "kind", "metadata", "build", "deploy", "portForward", "verify", "profiles"],
  build: ["tagPolicy", "local", "artifacts"],
  "build.artifacts": ["image", "custom"],
  "build.artifacts.custom": ["buildCommand", "dependencies"],
  "build.artifacts.custom.dependencies": ["paths", "ignore"],
  "deploy.helm": ["releases"],
  "deploy.helm.releases": ["name", "chartPath", "valuesFiles", "setValues", "setValueTemplates"],
  portForward: ["resourceType", "resourceName", "port", "localPort"],
  verify: ["name", "container", "executionMode"],
  "verify.container": ["name", "image", "env"],
  "verify.executionMode": ["kubernetesCluster"],
  "verify.executionMode.kubernetesCluster": ["jobManifestPath"],
  profiles: ["name", "patches"],
  "profiles.patches": ["op", "path", "value"],
};

/** Members that Skaffold does not know at their place, of those that are used here. */
export const unknownMembers = (file) => Object.entries(allowed).flatMap(([at, names]) => {
  const reached = at === "" ? [file] : at.split(".").reduce((found, step) => found.flatMap((o) => o?.[step] ?? []), [file]);
  return reached.flatMap((o) => Object.keys(o).filter((k) => !names.includes(k)).map((k) => `${at}.${k}`));
});

/** Paths and files that it names and that are not there. */
export function missingFiles({ artifacts, release, file }) {
  const files = [release.chartPath, ...release.valuesFiles, ...file.verify.map((v) => v.executionMode.kubernetesCluster.jobManifestPath), ...artifacts.map((a) => a.command)];
  const folders = artifacts.flatMap((a) => a.paths).map((p) => p.replace(/\/?\*\*.*$/, "")).filter((p) => p && !p.includes("*"));
  return [...files, ...folders].filter((f) => !existsSync(path.join(root, f)));
}

export const verifyJob = () => parse(read("charts/verify-job.yaml"));
