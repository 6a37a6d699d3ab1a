// Calls helm on the chart, away from any cluster and from the settings of whoever runs this.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { parseAllDocuments } from "yaml";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const chart = path.join(root, "charts/consent");
export const values = path.join(root, "tests/chart/values.yaml");

const nowhere = path.join(process.env.TMPDIR ?? "/tmp", "consent-helm/none");
const env = { PATH: process.env.PATH, HOME: nowhere, KUBECONFIG: path.join(nowhere, "kubeconfig"), HELM_PLUGINS: nowhere };

export function helm(...args) {
  const { status, stdout, stderr, error } = spawnSync(process.env.HELM, args, { encoding: "utf8", env, maxBuffer: 1 << 26 });
  if (error) throw error;
  return { ok: status === 0, stdout, stderr };
}

/** The manifests under the test's values, with further --set arguments. */
export const render = (...sets) => renderWith(["-f", values], sets);

export function renderWith(args, sets) {
  const { ok, stdout, stderr } = helm("template", "consent", chart, ...args, ...sets.flatMap((s) => ["--set", s]));
  if (!ok) throw new Error(stderr.trim());
  return parseAllDocuments(stdout).map((d) => {
    if (d.errors.length) throw new Error(`The render is not YAML: ${d.errors[0].message}`);
    return d.toJS();
  }).filter(Boolean);
}

/** What helm says when it refuses; an empty string when it does not refuse. */
export function refusal(...sets) {
  const { ok, stderr } = helm("template", "consent", chart, "-f", values, ...sets.flatMap((s) => ["--set", s]));
  return ok ? "" : stderr;
}
