// Alert rules: each is of metrics that there are, tells how bad it is and what to do, and is one that Prometheus itself takes.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { named, ofKind } from "./objects.mjs";
import { instruments, tags } from "./sources.mjs";

const suffix = { s: "_seconds", ms: "_milliseconds", By: "_bytes", "1": "_ratio" };

/** Names of an instrument in Prometheus, as the OpenTelemetry exporter makes them. */
const exported = ({ name, kind, unit }) => {
  const base = `${name.replaceAll(".", "_")}${suffix[unit] ?? ""}`;
  return kind === "Histogram" ? ["_bucket", "_count", "_sum"].map((end) => base + end) : [kind === "Counter" ? `${base}_total` : base];
};

/** Of the framework, and of kube-state-metrics and the kubelet, which whoever has the Prometheus Operator has as well. */
const others = ["http_server_request_duration_seconds_bucket", "http_server_request_duration_seconds_count", "http_server_request_duration_seconds_sum", "up", "ALERTS",
  "kube_pod_status_ready", "kube_pod_status_phase", "kube_pod_container_status_restarts_total", "kube_deployment_status_replicas_available", "kube_deployment_spec_replicas",
  "kube_deployment_status_replicas_unavailable", "kube_job_status_failed", "kubelet_volume_stats_available_bytes", "kubelet_volume_stats_capacity_bytes"];

const words = new Set(["and", "or", "unless", "on", "ignoring", "group_left", "group_right", "bool", "offset", "by", "without", "inf", "nan"]);

const unquoted = (expression) => expression.replace(/"(?:[^"\\]|\\.)*"/g, "");

/** The metrics that an expression names. */
export const metricsOf = (expression) => [...new Set([...unquoted(expression).replace(/\{[^}]*\}|\[[^\]]*\]/g, "").replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "")
  .matchAll(/\b[a-zA-Z_:][\w:]*\b(?!\s*\()/g)].map((m) => m[0]).filter((n) => !words.has(n.toLowerCase()) && !/^e\d*$/i.test(n)))];

/** Labels of the scrape, of a histogram and of what others measure. */
const otherLabels = ["namespace", "service", "pod", "le"];

/** The labels by which an expression groups. */
const groupedBy = (expression) => [...unquoted(expression).matchAll(/\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)].flatMap((m) => m[1].split(",").map((l) => l.trim()));

const rulesOf = (all) => ofKind(all, "PrometheusRule").flatMap((r) => r.spec.groups.flatMap((g) => g.rules));

export const alerts = {
  "every metric of an alert exists": (all) => {
    const known = new Set([...instruments().flatMap(exported), ...others, ...rulesOf(all).map((r) => r.record).filter(Boolean)]);
    return rulesOf(all).flatMap((r) => {
      const metrics = metricsOf(r.expr);
      return metrics.length ? metrics.filter((m) => !known.has(m)).map((m) => `${r.alert ?? r.record}: there is no ${m}`) : [`${r.alert} is of no metric`];
    });
  },
  "an alert groups by labels that its metrics have": (all) => {
    const known = new Set([...tags().map((t) => t.replaceAll(".", "_")), ...otherLabels]);
    return rulesOf(all).flatMap((r) => groupedBy(r.expr).filter((l) => !known.has(l)).map((l) => `${r.alert ?? r.record}: there is no label ${l}`));
  },
  // A counter of ours comes with the first that it counts: increase() is 0 then.
  "an alert sees what happens once": (all) => {
    const counters = instruments().filter((i) => i.kind === "Counter").flatMap(exported);
    return rulesOf(all).flatMap((r) => [...r.expr.matchAll(/\bincrease\((\w+)/g)].map((m) => m[1]).filter((m) => counters.includes(m) && !new RegExp(`${m}\\b[^)]*unless ${m}\\b[^)]* offset `).test(unquoted(r.expr)))
      .map((m) => `${r.alert}: the first of ${m}`));
  },
  "an alert says how bad it is, what it is and what to do, once it has lasted": (all) => rulesOf(all).filter((r) => r.alert).flatMap((r) => [
    ["critical", "warning"].includes(r.labels?.severity) ? "" : `${r.alert}: no severity`,
    r.annotations?.summary ? "" : `${r.alert}: no summary`,
    Object.keys(r.annotations ?? {}).some((k) => /runbook|description/.test(k)) ? "" : `${r.alert}: not what to do`,
    r.for || /\[\d+[smhd]/.test(r.expr) ? "" : `${r.alert}: at the first measurement`,
  ].filter(Boolean)),
  "an alert has a name of its own": (all) => rulesOf(all).map((r) => r.alert).filter(Boolean).filter((n, i, names) => names.indexOf(n) !== i),
};

/** Whether Prometheus' own tool is there to ask; it comes with Debian's "prometheus". */
export const hasPromtool = !spawnSync("promtool", ["--version"]).error;

/** What promtool says of the rules. */
export function promtool(all) {
  const folder = mkdtempSync(path.join(tmpdir(), "consent-rules-"));
  try {
    return ofKind(all, "PrometheusRule").flatMap((r) => {
      const file = path.join(folder, "rules.yaml");
      writeFileSync(file, stringify(r.spec));
      const { status, stdout, stderr } = spawnSync("promtool", ["check", "rules", file], { encoding: "utf8" });
      return status === 0 ? [] : [`${named(r)}: ${stdout}${stderr}`];
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
