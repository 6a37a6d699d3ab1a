// The bill of materials of an image, CycloneDX 1.6: node tools/images/sbom.mjs NAME.oci.tar PACKAGES.json > NAME.cdx.json
// What is named: the libraries that the program's own list (*.deps.json) tells of, the runtime, and the distribution's packages in the base. The same image has the same bill.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { read } from "./tar.mjs";

const [archive, debian] = process.argv.slice(2), files = new Map(read(readFileSync(archive)).map(e => [e.name, e.data]));
const index = JSON.parse(files.get("index.json")), blob = d => files.get(`blobs/${d.digest.replace(":", "/")}`), [described] = index.manifests, manifest = JSON.parse(blob(described));
const labels = JSON.parse(blob(manifest.config)).config.Labels, title = described.annotations["org.opencontainers.image.ref.name"];
const program = read(gunzipSync(blob(manifest.layers.at(-1)))), ends = JSON.parse(blob(manifest.config)).config.Entrypoint?.[0] ?? JSON.parse(blob(manifest.config)).config.Cmd[0];
const deps = JSON.parse(program.find(e => e.name === `${ends.replace(/^\//, "")}.deps.json`).data), packages = process.env.NUGET_PACKAGES ?? path.join(homedir(), ".nuget/packages");

function licence(name, version) {
  try {
    const folder = path.join(packages, name.toLowerCase(), version.toLowerCase()), nuspec = readFileSync(path.join(folder, readdirSync(folder).find(f => f.endsWith(".nuspec"))), "utf8");
    const expression = /<license type="expression">([^<]+)</.exec(nuspec)?.[1].trim(), address = /<licenseUrl>([^<]+)</.exec(nuspec)?.[1].trim();
    return expression ? [{ expression }] : address ? [{ license: { name: "as told by the package", url: address } }] : undefined;
  } catch { return undefined; }
}

const component = (type, name, version, purl, more = {}) => ({ type, "bom-ref": purl, name, version, purl, ...more });
const libraries = Object.entries(deps.libraries).map(([key, { type, sha512 }]) => {
  const [name, version] = key.split("/"), bare = name.replace(/^runtimepack\./, "");
  const told = type === "project" ? [{ expression: labels["org.opencontainers.image.licenses"] }] : licence(bare, version);
  const hashes = sha512 ? [{ alg: "SHA-512", content: Buffer.from(sha512.replace(/^sha512-/, ""), "base64").toString("hex") }] : undefined;
  return component(type === "runtimepack" ? "framework" : "library", bare, version, type === "project" ? `pkg:generic/consent/${bare}@${version}` : `pkg:nuget/${bare}@${version}`, { ...(hashes && { hashes }), ...(told && { licenses: told }) });
});
const system = JSON.parse(readFileSync(debian)).map(p =>
  component("library", p.name, p.version, `pkg:deb/debian/${p.name}@${encodeURIComponent(p.version)}?distro=debian-12`, { hashes: [{ alg: "SHA-256", content: p.digest.slice(7) }] }));

// Version 5: out of the image's digest, in the name space of addresses (RFC 9562).
const id = createHash("sha1").update(Buffer.from("6ba7b8119dad11d180b400c04fd430c8", "hex")).update(`oci:${described.digest}`).digest().subarray(0, 16);
id[6] = (id[6] & 0x0f) | 0x50;
id[8] = (id[8] & 0x3f) | 0x80;
const serial = id.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
const [name, version] = title.split(":");
console.log(JSON.stringify({
  $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json", bomFormat: "CycloneDX", specVersion: "1.6", serialNumber: `urn:uuid:${serial}`, version: 1,
  metadata: { component: component("container", name, version, `pkg:oci/${path.posix.basename(name)}@${encodeURIComponent(described.digest)}`, { licenses: [{ expression: labels["org.opencontainers.image.licenses"] }] }) },
  components: [...libraries, ...system].sort((a, b) => (a.purl < b.purl ? -1 : 1)),
}, null, 1));
