// Makes the image that the SDK published the same at every build: sorted, with one time, and nothing of the machine that made it.
//   node tools/images/normalise.mjs ARCHIVE OUT NAME SECONDS    SECONDS: since 1970, the time that everything in it bears. Prints the image's digest.
import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { entries, layer, layout } from "./oci.mjs";
import { read, write } from "./tar.mjs";

const [archive, out, name, seconds] = process.argv.slice(2), mtime = Number(seconds), time = new Date(mtime * 1000).toISOString().replace(".000", "");
const files = new Map(read(readFileSync(archive)).map(e => [e.name, e.data])), json = file => JSON.parse(files.get(file));
const blob = found => files.get(`blobs/${found.digest.replace(":", "/")}`), manifest = JSON.parse(blob(json("index.json").manifests[0]));
const config = JSON.parse(blob(manifest.config)), base = manifest.layers.slice(0, -1).map((l, i) => ({ packed: blob(l), diff: config.rootfs.diff_ids[i] }));

// What the SDK added: everything is the root's, and to be read by all.
const added = read(gunzipSync(blob(manifest.layers.at(-1)))).map(entry => ({ ...entry, uid: 0, gid: 0, mode: entry.type === "folder" || entry.mode & 0o100 ? 0o755 : 0o644 }));
const sorted = object => Object.fromEntries(Object.entries(object ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));
const settings = {
  created: time, architecture: config.architecture, os: config.os,
  config: { ...config.config, Env: [...new Map(config.config.Env.map(e => [e.split("=")[0], e])).values()], Labels: sorted(config.config.Labels) },
  history: [...(config.history ?? []).slice(0, base.length), { created: time, created_by: "dotnet publish" }],
};
const made = layout([...base, layer(write(added, mtime))], settings, name);
writeFileSync(out, write(entries(made.files), mtime));
console.log(made.digest);
