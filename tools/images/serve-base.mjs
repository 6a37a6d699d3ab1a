// Serves one image out of an OCI layout as a registry does, to this machine only, for the SDK to build upon: node serve-base.mjs LAYOUT REPOSITORY TAG
// Its first line is the port; it ends with its standard input.
import { createReadStream, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";

const [layout, repository, tag] = process.argv.slice(2), [manifest] = JSON.parse(readFileSync(path.join(layout, "index.json"))).manifests;
const server = createServer((request, response) => {
  const [, kind, asked] = new RegExp(`^/v2/${repository}/(manifests|blobs)/([\\w:.-]+)$`).exec(request.url) ?? [];
  if (request.url === "/v2/") return response.end("{}");
  const wanted = kind === "manifests" && asked === tag ? manifest.digest : asked, [, hash] = /^sha256:([0-9a-f]{64})$/.exec(wanted) ?? [];
  const file = hash && path.join(layout, "blobs/sha256", hash), size = file && statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) return response.writeHead(404).end();
  response.writeHead(200, { "Content-Length": size, "Content-Type": kind === "manifests" ? manifest.mediaType : "application/octet-stream", "Docker-Content-Digest": wanted });
  return request.method === "HEAD" ? response.end() : createReadStream(file).pipe(response);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.resume().on("end", () => process.exit());
