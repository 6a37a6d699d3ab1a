// Names, labels and variables.
import { containers, eachContainer, labelsOf, named, ofKind, workloads } from "../objects.mjs";

const expansions = (value = "") => [...value.replaceAll("$$", "").matchAll(/\$\(([-._A-Za-z0-9]+)\)/g)].map((m) => m[1]);

/** An address with a password in it that does not come out of a Secret by $(NAME). */
const holdsSecret = (e, env) => {
  const secrets = env.filter((o) => o.valueFrom?.secretKeyRef).map((o) => o.name);
  const told = (text) => expansions(text).length > 0 && expansions(text).every((n) => secrets.includes(n));
  const password = /^amqps?:\/\/[^:/@]*:([^@]+)@/i.exec(e.value ?? "")?.[1] ?? /(?:^|;)\s*password\s*=\s*([^;]*)/i.exec(e.value ?? "")?.[1];
  if (password !== undefined) return !told(password);
  if (/(RabbitMq|PASS|PASSWORD|Password|Secret|Token|Cosmos__Key|CosmosKeys__Key)$/.test(e.name)) return !e.valueFrom && !told(e.value);
  return false;
};

export const naming = {
  "names are unique, and short enough for a Service": (all) => {
    const names = all.map(named);
    return [...names.filter((n, i) => names.indexOf(n) !== i), ...all.map((o) => o.metadata.name).filter((n) => n.length > 63)];
  },
  "a name is one of DNS": (all) => all.map((o) => o.metadata.name).filter((n) => !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(n)),
  "every object says to which release it belongs, its pods too": (all) => [
    ...all.filter((o) => !o.metadata.labels?.["app.kubernetes.io/instance"]).map(named),
    ...workloads(all).filter((w) => !labelsOf(w)["app.kubernetes.io/instance"]).map((w) => `pods of ${named(w)}`),
  ],
  "nothing names a namespace: it goes where helm is told": (all) => all.filter((o) => o.metadata.namespace && o.metadata.namespace !== "consent").map((o) => `${named(o)} in ${o.metadata.namespace}`),
  "no variable is set twice": (all) => eachContainer(all, (c) => {
    const names = (c.env ?? []).map((e) => e.name.toLowerCase());
    return names.filter((n, i) => names.indexOf(n) !== i).map((n) => `${n} twice`);
  }),
  "a variable is put together of those before it": (all) => eachContainer(all, (c) => (c.env ?? []).flatMap((e, i) =>
    expansions(e.value).filter((n) => !c.env.slice(0, i).some((o) => o.name === n)).map((n) => `${e.name} uses $(${n}), which is not set before it`))),
  "no secret stands in an environment": (all) => eachContainer(all, (c) => (c.env ?? []).filter((e) => holdsSecret(e, c.env)).map((e) => e.name)),
  "no secret stands in a ConfigMap or an argument": (all) => [
    ...ofKind(all, "ConfigMap").flatMap((m) => Object.entries(m.data ?? {}).filter(([k, v]) => /password|token/i.test(k) || /:\/\/[^:/@\s]+:[^@\s]+@|password\s*=/i.test(v)).map(([k]) => `${named(m)}: ${k}`)),
    ...workloads(all).flatMap((w) => containers(w).flatMap((c) => [...(c.command ?? []), ...(c.args ?? [])].filter((a) => /:\/\/[^:/@\s]+:[^@\s]+@|password\s*=/i.test(a)).map(() => `${named(w)}: an argument`))),
  ],
};
