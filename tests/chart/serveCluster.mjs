// Serves objects by the API of Kubernetes, as much of it as helm asks, to this machine only: node serveCluster.mjs '{"kinds": ["apps/v1 Deployment"], "objects": ["Secret consent-postgres"]}'
// Its first line is the port; it ends with its standard input.
import { createServer } from "node:http";

const { kinds, objects } = JSON.parse(process.argv[2]);
const plural = (kind) => kind.toLowerCase().replace(/(s|y)$/, (end) => (end === "y" ? "ie" : "se")).concat("s");
const resources = (version) => ({
  kind: "APIResourceList", groupVersion: version,
  resources: kinds.filter((k) => k.startsWith(`${version} `)).map((k) => k.split(" ")[1]).map((kind) => ({ name: plural(kind), singularName: "", namespaced: true, kind, verbs: ["get", "list"] })),
});
const versions = [...new Set(kinds.map((k) => k.split(" ")[0]))];
const groups = versions.filter((v) => v.includes("/")).map((groupVersion) => ({ groupVersion, version: groupVersion.split("/")[1] }))
  .map((version) => ({ name: version.groupVersion.split("/")[0], versions: [version], preferredVersion: version }));
const answers = {
  "/version": { major: "1", minor: "34", gitVersion: "v1.34.0" },
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups },
  ...Object.fromEntries(versions.map((v) => [v.includes("/") ? `/apis/${v}` : `/api/${v}`, resources(v)])),
  ...Object.fromEntries(objects.map((o) => o.split(" ")).map(([kind, name]) => [`/api/v1/namespaces/consent/${plural(kind)}/${name}`, { apiVersion: "v1", kind, metadata: { name, namespace: "consent" } }])),
};

const server = createServer((request, response) => {
  const found = answers[request.url.split("?")[0]];
  const absent = { apiVersion: "v1", kind: "Status", status: "Failure", reason: "NotFound", code: 404, message: `${request.url} is not found` };
  response.writeHead(found ? 200 : 404, { "Content-Type": "application/json" }).end(JSON.stringify(found ?? absent));
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
