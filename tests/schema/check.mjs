// Holds the shipped JSON Schema to the declarations that the validating code is held to. The samples must pass. An invalid example
// changes one member of smallest.yaml; it must be refused where it says "schema: refuses", and pass where it says
// "schema: passes", because a schema cannot see that fault.
import { readdirSync, readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import { parse } from "yaml";

const root = new URL("../../", import.meta.url);
const schema = JSON.parse(readFileSync(new URL("services/contracts/declaration.schema.json", root), "utf8"));
const validate = new Ajv2020({ allErrors: true, strict: true, strictRequired: false, strictTypes: false }).compile(schema);

const declarations = (folder) => {
  const at = new URL(folder, root);
  const names = readdirSync(at).filter((name) => name.endsWith(".yaml"));
  return names.map((name) => ({ name, text: readFileSync(new URL(name, at), "utf8") }));
};
// The failsafe reading of dates and numbers, as the service reads them: text stays text, only booleans and null are typed.
const read = (text) => parse(text, { schema: "failsafe", customTags: (tags) => [...tags, ...plainWords] });
const plainWords = [
  { tag: "tag:yaml.org,2002:bool", default: true, test: /^(true|True|TRUE|false|False|FALSE)$/, resolve: (word) => /^t/i.test(word) },
  { tag: "tag:yaml.org,2002:null", default: true, test: /^(~|null|Null|NULL)?$/, resolve: () => null },
];
const told = () => validate.errors.map((e) => `${e.instancePath} ${e.message}`).join("; ");

let passed = 0;
const failures = [];
const check = (name, holds, why) => (holds ? passed++ : failures.push(`${name}: ${why()}`));

const samples = declarations("tools/declarations/");
check("samples", samples.length >= 5, () => `five are shipped, ${samples.length} were found`);
for (const { name, text } of samples) check(name, validate(read(text)), told);

const example = read(readFileSync(new URL("tests/ConsentService.Tests/declarations/smallest.yaml", root), "utf8"));
check("smallest.yaml", validate(example), told);

const invalid = declarations("tests/ConsentService.Tests/declarations/invalid/");
check("invalid examples", invalid.length > 0, () => "none were found");
for (const { name, text } of invalid) {
  const { at, value, schema: verdict } = read(text);
  const refused = !validate(change(structuredClone(example), at, value));
  check(name, ["refuses", "passes"].includes(verdict), () => "it must say what the schema does with it");
  check(name, refused === (verdict === "refuses"), () => (refused ? told() : "the schema lets it pass"));
}

/** Sets (or, without a value, removes) the member at a JSON Pointer. */
function change(document, pointer, value) {
  const steps = pointer.slice(1).split("/");
  const last = steps.pop();
  const holder = steps.reduce((node, step) => node[step], document);
  if (value !== undefined) holder[last] = value;
  else if (Array.isArray(holder)) holder.splice(Number(last), 1);
  else delete holder[last];
  return document;
}

for (const failure of failures) console.error(failure);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
