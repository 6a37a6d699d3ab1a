// Calls helm on the chart, away from any cluster and from the settings of whoever runs this.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { parseAllDocuments } from "yaml";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const chart = path.join(root, "charts/consent");
export const values = path.join(root, "tests/chart/values.yaml");
export const example = (name, file = "values.yaml") => path.join(chart, "examples", name, file);

const nowhere = path.join(process.env.TMPDIR ?? "/tmp", "consent-helm/none");
const env = { PATH: process.env.PATH, HOME: nowhere, KUBECONFIG: path.join(nowhere, "kubeconfig"), HELM_PLUGINS: nowhere };

export function helm(...args) {
  const { status, stdout, stderr, error } = spawnSync(process.env.HELM, args, { encoding: "utf8", env, maxBuffer: 1 << 26 });
  if (error) throw error;
  return { ok: status === 0, stdout, stderr };
}

export const template = (args, sets) => helm("template", "consent", chart, "--namespace", "consent", "--kube-version", "1.34.0", ...args, ...sets.flatMap((s) => ["--set", s]));

/** The manifests under the test's values, with further --set arguments. */
export const render = (...sets) => renderWith(["-f", values], sets);

/** What helm writes, hooks and tests included. */
export function textWith(args, sets = []) {
  const { ok, stdout, stderr } = template(args, sets);
  if (!ok) throw new Error(stderr.trim());
  return stdout;
}

export const parse = (text) => parseAllDocuments(text).map((d) => {
  if (d.errors.length) throw new Error(`The render is not YAML: ${d.errors[0].message}`);
  return d.toJS();
}).filter(Boolean);

export const renderWith = (args, sets = []) => parse(textWith(args, sets));

/** What helm says when it refuses; an empty string when it does not refuse. */
export function refusal(args, sets) {
  const { ok, stderr } = template(args, sets);
  return ok ? "" : stderr;
}
