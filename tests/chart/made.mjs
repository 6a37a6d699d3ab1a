// What is there when the pods start: rendered here, made by an operator out of what is rendered, or listed as there before.
import { ofKind } from "./objects.mjs";

const entries = (names, keys) => names.map((name) => [name, keys]);

/** The keys of Secrets that operators make, as each documents them. */
const ofCloudNativePG = ["username", "user", "password", "host", "port", "dbname", "uri", "jdbc-uri", "fqdn-uri", "fqdn-jdbc-uri", "pgpass"];
const ofRabbitMq = ["username", "password", "host", "port", "connection_string", "default_user.conf", "provider", "type"];

/** Name to keys of every Secret. @param exists what was there before, such as { Secret: { name: [keys] } } */
export const secrets = (all, exists = {}) => new Map([
  ...ofKind(all, "Secret").map((s) => [s.metadata.name, Object.keys({ ...s.data, ...s.stringData })]),
  ...ofKind(all, "ExternalSecret").map((s) => [s.spec.target?.name ?? s.metadata.name, [...(s.spec.data ?? []).map((d) => d.secretKey), ...Object.keys(s.spec.target?.template?.data ?? {})]]),
  ...ofKind(all, "Cluster").flatMap((c) => [...entries([`${c.metadata.name}-app`], ofCloudNativePG), ...entries([`${c.metadata.name}-ca`], ["ca.crt"])]),
  ...ofKind(all, "RabbitmqCluster").map((c) => [`${c.metadata.name}-default-user`, ofRabbitMq]),
  ...Object.entries(exists.Secret ?? {}),
]);

export const configMaps = (all, exists = {}) => new Map([
  ...ofKind(all, "ConfigMap").map((m) => [m.metadata.name, Object.keys({ ...m.data, ...m.binaryData })]),
  ...Object.entries(exists.ConfigMap ?? {}),
]);

/** Name to ports of every Service. */
export const services = (all, exists = {}) => new Map([
  ...ofKind(all, "Service").map((s) => [s.metadata.name, s.spec.ports.map((p) => p.port)]),
  ...ofKind(all, "Cluster").flatMap((c) => entries(["rw", "ro", "r"].map((kind) => `${c.metadata.name}-${kind}`), [5432])),
  ...ofKind(all, "RabbitmqCluster").flatMap((c) => entries([c.metadata.name], [5672, 15672])),
  ...Object.entries(exists.Service ?? {}),
]);

/** Other things that only exist before, such as a Gateway or a ClusterSecretStore. */
export const isThere = (all, exists, kind, name) => all.some((o) => o.kind === kind && o.metadata.name === name) || (exists?.[kind] ?? []).includes(name);
