// The manifests beside the examples' values: compared with what the chart renders, or written anew (--write).
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chart, example, textWith } from "./helm.mjs";

export const names = () => existsSync(path.join(chart, "examples")) ? readdirSync(path.join(chart, "examples")).sort() : [];

/** As helm renders it. What it would make up at each render stands in the values: these are for trying out, or come out of Secrets. */
export const rendered = (name) => `# Rendered from values.yaml beside it, by tests/chart/examples.sh --write.\n${textWith(["-f", example(name)])}`;

/** Where the two part, as a sentence with the first line; nothing when they are the same. */
export function differing(name) {
  const file = example(name, "manifests.yaml");
  if (!existsSync(file)) return [`${file} is missing: run tests/chart/examples.sh --write`];
  const [there, now] = [readFileSync(file, "utf8").split("\n"), rendered(name).split("\n")];
  const line = now.findIndex((l, i) => l !== there[i]);
  return line < 0 && there.length === now.length ? [] : [`${name}/manifests.yaml, line ${line + 1}: "${there[line]}", but the chart renders "${now[line]}". Look at what changed, then run tests/chart/examples.sh --write`];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes("--write")) for (const name of names()) writeFileSync(example(name, "manifests.yaml"), rendered(name));
  const faults = names().flatMap(differing);
  faults.forEach((f) => console.error(f));
  process.exit(faults.length ? 1 : 0);
}
