// Objects against the schemas of Kubernetes 1.34, by two packages of which each finds what the other does not, and those of operators.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import Ajv from "ajv";
// By its path: the package's own entry needs a newer Node.
import * as models from "./node_modules/@kubernetes/client-node/dist/gen/models/ObjectSerializer.js";
import { named } from "./objects.mjs";
import { operators } from "./operators.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

/** The release of Kubernetes that the types of client-node were made from. */
export const release = /OpenAPI spec version: v(\d+\.\d+)/.exec(readFileSync(path.join(here, "node_modules/@kubernetes/client-node/dist/gen/models/V1Pod.js"), "utf8"))[1];

const simple = {
  string: (v) => typeof v === "string",
  number: (v) => typeof v === "number",
  boolean: (v) => typeof v === "boolean",
  any: () => true,
  object: (v) => typeof v === "object",
  Date: (v) => typeof v === "string",
  IntOrString: (v) => typeof v === "string" || Number.isInteger(v),
};

/** Fields that a type does not have, and values of another type. */
function strictly(type, value, at) {
  if (value === undefined) return [];
  if (value === null) return [`${at} is empty`];
  const list = /^Array<(.+)>$/.exec(type)?.[1], map = /^\{ \[key: string\]: (.+); \}$/.exec(type)?.[1];
  if (list) return Array.isArray(value) ? value.flatMap((v, i) => strictly(list, v, `${at}[${i}]`)) : [`${at} is no list`];
  if (typeof value === "object" && Array.isArray(value)) return [`${at} is a list`];
  if (map) return typeof value === "object" ? Object.entries(value).flatMap(([k, v]) => strictly(map, v, `${at}.${k}`)) : [`${at} is no map`];
  if (simple[type]) return simple[type](value) ? [] : [`${at} is a ${typeof value}, not a ${type}`];
  const fields = models[type]?.getAttributeTypeMap();
  if (!fields) return [`${at}: the type ${type} is not known`];
  if (typeof value !== "object") return [`${at} is a ${typeof value}, not a ${type}`];
  return Object.entries(value).flatMap(([name, v]) => {
    const field = fields.find((f) => f.baseName === name);
    return field ? strictly(field.type, v, `${at}.${name}`) : [`${at}.${name} is not a field of ${type}`];
  });
}

const typeOf = ({ apiVersion, kind }) => `${apiVersion.split("/").pop().replace(/^v/, "V")}${kind}`;
const isBuiltIn = ({ apiVersion }) => !apiVersion.includes(".") || apiVersion.split("/")[0].endsWith(".k8s.io") && !apiVersion.startsWith("gateway.");

/** Unknown fields and wrong types, by @kubernetes/client-node. */
const unknownTo = (o) => models[typeOf(o)] ? strictly(typeOf(o), o, "") : [`client-node does not know ${o.apiVersion} ${o.kind}`];

const packages = {
  "gateway.networking.k8s.io": "@kubernetes-models/gateway-api/",
  "keda.sh": "@kubernetes-models/keda/",
  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator/",
  "external-secrets.io": "@kubernetes-models/external-secrets/",
};

/** Required fields that are missing, and values out of their bounds, by kubernetes-models and its like for operators. */
async function incomplete(o) {
  const from = isBuiltIn(o) ? "kubernetes-models/" : packages[o.apiVersion.split("/")[0]];
  if (!from) return [];
  try {
    const { [o.kind]: Model } = await import(`${from}${o.apiVersion}/${o.kind}`);
    new Model(o).validate();
    return [];
  } catch (e) {
    return [e.message];
  }
}

const ajv = new Ajv({ allErrors: true, strict: true });
const shapes = new Map(Object.entries(operators).map(([name, schema]) => [name, ajv.compile(schema)]));

/** An object of an operator: only fields that the chart knows to exist, each of its type (operators.mjs). */
function unshaped(o) {
  if (isBuiltIn(o)) return [];
  const shape = shapes.get(`${o.apiVersion}/${o.kind}`);
  if (!shape) return [`no schema for ${o.apiVersion} ${o.kind}`];
  const wrong = shape(o) ? [] : shape.errors.map((e) => `${e.instancePath} ${e.message}${e.params.additionalProperty ? ` (${e.params.additionalProperty})` : ""}`);
  return [...wrong, ...strictly("V1ObjectMeta", o.metadata, ".metadata")];
}

const checks = { unknownTo: (o) => isBuiltIn(o) ? unknownTo(o) : [], unshaped, incomplete };

/** Every fault of the objects, and which of the three found one. */
export async function foundBy(all) {
  const found = [];
  for (const [by, check] of Object.entries(checks)) for (const o of all) found.push(...(await check(o)).map((f) => ({ by, fault: `${named(o)}: ${f}` })));
  return { by: [...new Set(found.map((f) => f.by))], faults: found.map((f) => f.fault) };
}
