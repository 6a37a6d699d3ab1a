// Renders as helm does before an upgrade of a release: it asks a cluster (serveCluster.mjs) for what is there.
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { parse, root, template } from "./helm.mjs";

const kinds = ["v1 Secret", "v1 PersistentVolumeClaim", "v1 Service", "v1 ServiceAccount", "v1 ConfigMap", "apps/v1 Deployment", "apps/v1 StatefulSet", "batch/v1 Job", "policy/v1 PodDisruptionBudget",
  "autoscaling/v2 HorizontalPodAutoscaler", "networking.k8s.io/v1 NetworkPolicy", "networking.k8s.io/v1 Ingress", "postgresql.cnpg.io/v1 Cluster", "rabbitmq.com/v1beta1 RabbitmqCluster",
  "keda.sh/v1alpha1 ScaledObject", "keda.sh/v1alpha1 TriggerAuthentication", "external-secrets.io/v1 ExternalSecret"];

/** @param objects what is there, such as "Secret consent-postgres". @returns { all, refusal }: what is rendered, or what helm says when it refuses. */
export async function upgrade(objects, args, sets = []) {
  const server = spawn(process.execPath, [path.join(root, "tests/chart/serveCluster.mjs"), JSON.stringify({ kinds, objects })], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const [port] = await once(server.stdout, "data");
    const { ok, stdout, stderr } = template([...args, "--is-upgrade", "--dry-run=server", "--disable-openapi-validation", "--kube-apiserver", `http://127.0.0.1:${String(port).trim()}`], sets);
    return { all: ok ? parse(stdout) : [], refusal: ok ? "" : stderr };
  } finally {
    server.stdin.end();
  }
}
