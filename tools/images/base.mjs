// Makes the base of the images out of the distribution's packages: the C library, OpenSSL, the C++ library, certificates. No shell, no package manager.
//   node tools/images/base.mjs FOLDER [--refresh]    writes an OCI layout into FOLDER; its last line is "NAME DIGEST"
// Versions stand in base.lock. One that the distribution has no more is replaced by its newest, and told; --refresh writes the newest into base.lock.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { digest, layer, layout } from "./oci.mjs";
import { read, write } from "./tar.mjs";

const here = import.meta.dirname, [out, refresh] = process.argv.slice(2), lock = path.join(here, "base.lock"), cache = path.join(here, "../../artifacts/images/packages");
const wanted = [
  /^lib(64)?\/(x86_64-linux-gnu\/)?ld-linux-x86-64\.so\.2$/, /^lib\/x86_64-linux-gnu\/lib(c|m|dl|pthread|rt|resolv|nss_dns|nss_files)\.so\.\d$/,
  /^(usr\/)?lib\/x86_64-linux-gnu\/lib(gcc_s|stdc\+\+|ssl|crypto)\.so\.\d[\d.]*$/, /^usr\/lib\/os-release$/, /^etc\/os-release$/, /^etc\/debian_version$/, /^usr\/share\/doc\/([^/]+\/copyright|lib(gcc-s1|stdc\+\+6))$/,
];
const run = (command, ...args) => execFileSync(command, args, { cwd: cache, maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });

/** The package's file: of the version that is locked, or else the newest. */
function fetch(name, version) {
  const held = readdirSync(cache).find(f => f === `${name}_${version.replace(":", "%3a")}_amd64.deb` || f === `${name}_${version.replace(":", "%3a")}_all.deb`);
  if (held) return held;
  const get = what => { const before = new Set(readdirSync(cache)); run("apt-get", "download", "-q", "-o", "APT::Sandbox::User=root", what); return readdirSync(cache).find(f => !before.has(f)) ?? readdirSync(cache).find(f => f.startsWith(`${name}_`)); };
  try { return get(`${name}=${version}`); } catch { /* The lists may be old. */ }
  run("apt-get", "update", "-q");
  try { return get(`${name}=${version}`); } catch { /* It is no more served. */ }
  for (const old of readdirSync(cache).filter(f => f.startsWith(`${name}_`))) rmSync(path.join(cache, old));
  console.error(`The distribution has no ${name} ${version} any more: its newest is taken. Bring tools/images/base.lock up to date: node tools/images/base.mjs FOLDER --refresh`);
  return get(name);
}

mkdirSync(cache, { recursive: true });
const packages = readFileSync(lock, "utf8").split("\n").filter(l => l && !l.startsWith("#")).map(line => {
  const [name, version, sum] = line.split(" "), file = fetch(name, refresh ? "newest" : version), bytes = readFileSync(path.join(cache, file));
  const found = run("dpkg-deb", "-f", file, "Version").toString().trim(), now = digest(bytes);
  if (found === version && sum !== now && !refresh) throw new Error(`${file} is not the file that tools/images/base.lock knows.`);
  return { name, version: found, digest: now, file, control: run("dpkg-deb", "-f", file), entries: read(run("dpkg-deb", "--fsys-tarfile", file)) };
});
if (refresh) writeFileSync(lock, readFileSync(lock, "utf8").split("\n").filter(l => l.startsWith("#")).concat(packages.map(p => `${p.name} ${p.version} ${p.digest}`), "").join("\n"));

const certificates = packages.flatMap(p => p.entries).filter(e => e.type === "file" && /^usr\/share\/ca-certificates\/mozilla\/.*\.crt$/.test(e.name)).sort((a, b) => (a.name < b.name ? -1 : 1));
const own = (name, data, mode = 0o644) => ({ name, type: "file", mode, data: Buffer.from(data) }), folder = (name, mode = 0o755, id = 0) => ({ name, type: "folder", mode, uid: id, gid: id });
const files = [
  ...packages.flatMap(p => p.entries).filter(e => e.type !== "folder" && wanted.some(w => w.test(e.name))).map(e => ({ ...e, mode: e.type === "link" ? 0o777 : e.mode & 0o755, uid: 0, gid: 0 })),
  // Where scanners look for what is installed.
  ...packages.map(p => own(`var/lib/dpkg/status.d/${p.name}`, p.control)),
  own("etc/passwd", "root:x:0:0:root:/:/nologin\napp:x:1654:1654:app:/data:/nologin\n"),
  own("etc/group", "root:x:0:\napp:x:1654:\n"),
  own("etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
  own("etc/host.conf", "multi on\n"),
  own("etc/ssl/certs/ca-certificates.crt", Buffer.concat(certificates.map(c => c.data))),
  folder("app"), folder("trust"), folder("tmp", 0o1777), folder("data", 0o755, 1654), folder("data/keys", 0o700, 1654), folder("checkpoints", 0o755, 1654),
];
const above = new Set(files.map(f => f.name));
for (const file of [...files]) for (let up = path.posix.dirname(file.name); up !== "."; up = path.posix.dirname(up)) if (!above.has(up)) { above.add(up); files.push(folder(up)); }

// The same packages make the same base, whenever: the time of everything in it is nought.
const config = {
  created: "1970-01-01T00:00:00Z", architecture: "amd64", os: "linux", history: [{ created: "1970-01-01T00:00:00Z", created_by: "tools/images/base.mjs" }],
  config: { User: "1654:1654", WorkingDir: "/app", Env: ["PATH=/app", "SSL_CERT_DIR=/etc/ssl/certs", "ASPNETCORE_HTTP_PORTS=8080", "DOTNET_RUNNING_IN_CONTAINER=true", "DOTNET_EnableDiagnostics=0"] },
};
const tag = packages.find(p => p.name === "base-files").version.replace(/[^\w.-]/g, "-"), made = layout([layer(write(files, 0))], config, tag);
rmSync(out, { recursive: true, force: true });
for (const [name, data] of made.files) {
  mkdirSync(path.dirname(path.join(out, name)), { recursive: true });
  writeFileSync(path.join(out, name), data);
}
// What the bill of materials says of it.
writeFileSync(path.join(out, "packages.json"), JSON.stringify(packages.map(({ name, version, digest: sum }) => ({ name, version, digest: sum }))));
console.log(`consent/base:${tag} ${made.digest}`);
