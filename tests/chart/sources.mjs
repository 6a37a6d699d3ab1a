// What the chart and skaffold.yaml say about the sources, held against the sources.
import { existsSync, readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { root } from "./helm.mjs";

const read = (file) => readFileSync(path.join(root, file), "utf8");
const filesUnder = (folder, name) => readdirSync(path.join(root, folder), { recursive: true })
  .filter((f) => !/(^|\/)(bin|obj|node_modules)\//.test(f) && name.test(f)).map((f) => `${folder}/${f}`);

/** Services that are optional, and not in the chart. */
const apart = ["services/mail-gate"];

/** Folders of services: those with a Program.cs. */
export const serviceFolders = () => filesUnder("services", /(^|\/)Program\.cs$/).map((f) => path.dirname(f)).filter((folder) => !apart.includes(folder));

export const productVersion = () => /<Version>(.+)<\/Version>/.exec(read("Directory.Build.props"))[1];

/** Whether the sources read a setting, such as Auth:Authority: they name it, put it together of its section and its name (or of a section that they name and its name), bind a section that has it as a property, or a list of which each has it. */
export const settingsRead = () => {
  const code = [...filesUnder("services", /\.cs$/), ...filesUnder("tools/host", /\.cs$/)].map(read).join("\n");
  const all = (pattern) => new Set([...code.matchAll(pattern)].map((m) => m[1]));
  const named = all(/"([A-Z]\w*(?::\w+)*)"/g), bound = all(/GetSection\("([\w:]+)"\)\.Get</g), composed = all(/\$"([A-Z][\w:]*):\{\w+\}"/g), ofSection = all(/\$"\{section\}:(\w+)"/g), properties = all(/\b([A-Z]\w*) \{ get; (?:init|set);/g);
  return (name) => {
    const [, section, last] = /^(.+):(\w+)$/.exec(name) ?? [], [, list] = /^(.+):\d+$/.exec(section) ?? [];
    const [, above, entry] = /^(.+):(\w+)$/.exec(name.replace(/:\d+$/, "")) ?? [];
    return named.has(name) || (named.has(above) && ofSection.has(entry)) || (bound.has(section) && properties.has(last)) || ((named.has(list) || composed.has(section)) && named.has(last));
  };
};

/** Instruments that the sources make: name, kind and unit. */
export const instruments = () => filesUnder("services", /\.cs$/).map(read).flatMap((code) =>
  [...code.matchAll(/Create(?:Observable)?(Counter|UpDownCounter|Gauge|Histogram)(?:<\w+>)?\(\s*"([\w.]+)"(?:,[^"]*?,|,)?\s*(?:"([^"]*)")?/g)].map(([, kind, name, unit]) => ({ kind, name, unit })));

/** How many connections to the database of the data each service may hold, by the pools of what it registers. */
export const pools = () => {
  const sizes = (file) => [...read(file).matchAll(/Maximum Pool Size=(\d+)/g)].map((m) => Number(m[1]));
  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
  const [log, of] = [sum(sizes("services/storage/PostgresSource.cs")), Math.max(...sizes("services/storage/PostgresSource.cs"))];
  const reading = sum(sizes("services/subscriber/ServiceSchema.cs"));
  const registers = [
    [/\.AddRecordLog\(/, log], [/\.AddRelay\(/, of], [/\.Add(ConsentSubscriber|DeclarationBook)\(/, reading + sum(sizes("services/subscriber/PostgresSubscriberStore.cs"))],
    [/: EntityStore</, reading + sum(sizes("services/subscriber/SharedEntities.cs"))],
    [/\.AddCounts\(/, sum(sizes("services/cookie-banner/statistics/CountStore.cs"))],
  ];
  return Object.fromEntries(serviceFolders().map((folder) => {
    const code = filesUnder(folder, /\.cs$/).map(read).join("\n");
    return [path.basename(folder), { data: sum(registers.filter(([call]) => call.test(code)).map(([, n]) => n)), keys: code.includes(".AddRecordLog(") ? of : 0 }];
  }));
};

/** Tags that the sources give to what they measure, and nothing else of that form. */
export const tags = () => filesUnder("services", /\.cs$/).map(read).flatMap((code) =>
  [...code.matchAll(/(?:KeyValuePair<string, object\?>|new)\(\s*"([a-z][a-z_.]*)",|const string \w+ = "(consent\.[a-z_]+)"/g)].map(([, given, named]) => given ?? named));

export const gatewayClusters = () => Object.keys(JSON.parse(read("services/gateway/routes.json")).ReverseProxy.Clusters);

/** One project, which is a program. */
export const isProject = (folder) => existsSync(path.join(root, folder)) && (existsSync(path.join(root, folder, "Program.cs")) || folder.endsWith(".Tests")) &&
  readdirSync(path.join(root, folder)).filter((f) => f.endsWith(".csproj")).length === 1;
