// Faults of shape, planted in the good release: [what is wrong, who must find it, what is done].
import { find, pod } from "../objects.mjs";

const object = (all, kind, name) => find(all, kind, `consent-${name}`);
const deployment = (all) => object(all, "Deployment", "web").spec;
const container = (all) => pod(object(all, "Deployment", "web")).containers[0];

export const misshapen = [
  ["a field that is misspelt", ["unknownTo"], (all) => { deployment(all).replica = 2; }],
  ["a field at the wrong level", ["unknownTo"], (all) => { container(all).runAsNonRoot = true; }],
  ["a field of a later Kubernetes", ["unknownTo"], (all) => { pod(object(all, "Deployment", "web")).workloadRef = { name: "a", podGroup: "b" }; }],
  ["a misspelt field of a policy, which would open it", ["unknownTo"], (all) => { const [rule] = object(all, "NetworkPolicy", "files").spec.ingress; rule.form = rule.from; delete rule.from; }],
  ["a selector left out", ["incomplete"], (all) => { delete deployment(all).selector; }],
  ["an Ingress path without a type", ["incomplete"], (all) => { delete object(all, "Ingress", "web").spec.rules[0].http.paths[0].pathType; }],
  ["a probe without a port", ["incomplete"], (all) => { delete container(all).livenessProbe.httpGet.port; }],
  ["a text for a number", ["unknownTo", "incomplete"], (all) => { object(all, "Deployment", "files").spec.replicas = "1"; }],
  ["a bare number for the value of a variable", ["unknownTo", "incomplete"], (all) => { container(all).env[0].value = 8080; }],
  ["a label that is a truth value", ["unknownTo", "incomplete"], (all) => { object(all, "Service", "web").metadata.labels.public = true; }],
  ["an empty map", ["unknownTo"], (all) => { pod(object(all, "Deployment", "web")).securityContext.sysctls = null; }],
  ["a kind in another's group", ["incomplete"], (all) => { object(all, "Job", "migrate").apiVersion = "apps/v1"; }],
  ["a kind that was removed", ["unknownTo"], (all) => { object(all, "PodDisruptionBudget", "web").apiVersion = "policy/v1beta1"; }],
  ["a misspelt field of an operator's object", ["unshaped"], (all) => { object(all, "Cluster", "data").spec.instance = 3; }],
  ["a number among PostgreSQL's parameters, which are texts", ["unshaped"], (all) => { object(all, "Cluster", "data").spec.postgresql = { parameters: { max_connections: 400 } }; }],
  ["a storage left out", ["unshaped"], (all) => { delete object(all, "Cluster", "data").spec.storage; }],
  ["a trigger without a queue", ["unshaped"], (all) => { delete object(all, "ScaledObject", "worker").spec.triggers[0].metadata.queueName; }],
  ["a misspelt bound of a scaler", ["unshaped"], (all) => { object(all, "ScaledObject", "worker").spec.maxReplicas = 6; }],
  ["a scaler of nothing", ["unshaped", "incomplete"], (all) => { delete object(all, "ScaledObject", "worker").spec.scaleTargetRef; }],
  ["a route back to no name", ["unshaped", "incomplete"], (all) => { delete object(all, "HTTPRoute", "web").spec.rules[0].backendRefs[0].name; }],
  ["a port out of its bounds", ["incomplete"], (all) => { object(all, "HTTPRoute", "web").spec.rules[0].backendRefs[0].port = 80800; }],
  ["an interval without a unit", ["unshaped", "incomplete"], (all) => { object(all, "ServiceMonitor", "web").spec.endpoints[0].interval = "30"; }],
  ["a rule without an expression", ["unshaped", "incomplete"], (all) => { delete object(all, "PrometheusRule", "web").spec.groups[0].rules[0].expr; }],
  ["a secret without a key in its store", ["unshaped", "incomplete"], (all) => { delete object(all, "ExternalSecret", "users").spec.data[0].remoteRef.key; }],
  ["a version that the operator no longer serves", ["unshaped"], (all) => { object(all, "ExternalSecret", "users").apiVersion = "external-secrets.io/v1beta1"; }],
];
