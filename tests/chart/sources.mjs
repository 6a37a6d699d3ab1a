// What the chart and skaffold.yaml say about the sources, held against the sources.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { root } from "./helm.mjs";

const read = (file) => readFileSync(path.join(root, file), "utf8");
const filesUnder = (folder, name) => readdirSync(path.join(root, folder), { recursive: true })
  .filter((f) => !/(^|\/)(bin|obj|node_modules)\//.test(f) && name.test(f)).map((f) => `${folder}/${f}`);

/** Services that are optional, and not in the chart. */
const apart = ["services/mail-gate"];

/** Folders of services: those with a Program.cs. */
export const serviceFolders = () => filesUnder("services", /(^|\/)Program\.cs$/).map((f) => path.dirname(f)).filter((folder) => !apart.includes(folder));

export const productVersion = () => /<Version>(.+)<\/Version>/.exec(read("Directory.Build.props"))[1];

/** Setting names as the sources write them, such as Auth:Authority. */
export const settingsRead = () => {
  const code = filesUnder("services", /\.cs$/).map(read).join("\n");
  const sections = new Set([...code.matchAll(/GetSection\("([\w:]+)"\)/g)].map((m) => m[1]));
  const keys = new Set([...code.matchAll(/"([A-Z]\w*(?::\w+)*)"/g)].map((m) => m[1]));
  return (name) => keys.has(name) || sections.has(name.split(":")[0]);
};

export const gatewayClusters = () => Object.keys(JSON.parse(read("services/gateway/routes.json")).ReverseProxy.Clusters);

export const skaffold = () => {
  const file = parse(read("skaffold.yaml"));
  const artifacts = file.build.artifacts.map((a) => ({ image: a.image, project: a.custom.buildCommand.split(" ")[1], command: a.custom.buildCommand.split(" ")[0] }));
  return { file, artifacts, release: file.deploy.helm.releases[0] };
};

export const isProject = (folder) =>
  existsSync(path.join(root, folder, "Program.cs")) && readdirSync(path.join(root, folder)).filter((f) => f.endsWith(".csproj")).length === 1;

/** The release's values as --set arguments, with the variables that Skaffold would fill in. */
export const skaffoldSets = (release, artifacts) => {
  const variables = Object.fromEntries(artifacts.map((a) => [`IMAGE_FULLY_QUALIFIED_${a.image.replace(/[-/]/g, "_")}`, `${a.image}:0a1b2c`]));
  variables.CONSENT_ISSUER = "https://issuer.example";
  const fill = (template) => template.replace(/\{\{\.(\w+)\}\}/g, (_, name) => {
    if (!(name in variables)) throw new Error(`skaffold.yaml uses ${name}, which Skaffold does not fill in.`);
    return variables[name];
  });
  return [...Object.entries(release.setValues), ...Object.entries(release.setValueTemplates).map(([k, v]) => [k, fill(v)])].map(([k, v]) => `${k}=${v}`);
};
