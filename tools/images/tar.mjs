// Reads and writes tar: reads ustar, pax and GNU's long names; writes ustar alone, whose bytes follow from the entries alone.
const text = (bytes, from, length) => { const part = bytes.subarray(from, from + length); const end = part.indexOf(0); return part.toString("utf8", 0, end < 0 ? length : end); };
const octal = (bytes, from, length) => parseInt(text(bytes, from, length).trim() || "0", 8);

/** Every entry: { name, type: "file" | "folder" | "link" | "hard", mode, uid, gid, target, data }. Names have no "./" before them and no "/" behind. */
export function read(bytes) {
  const entries = [];
  let long = {};
  for (let at = 0; at + 512 <= bytes.length;) {
    const header = bytes.subarray(at, at + 512);
    if (header.every(b => b === 0)) break;
    const size = octal(header, 124, 12), kind = String.fromCharCode(header[156] || 48), data = bytes.subarray(at + 512, at + 512 + size);
    at += 512 + Math.ceil(size / 512) * 512;
    if (kind === "x") { long = { ...long, ...pax(data) }; continue; }
    if (kind === "L") { long = { ...long, path: text(data, 0, size) }; continue; }
    if (kind === "K") { long = { ...long, linkpath: text(data, 0, size) }; continue; }
    if (kind === "g") continue;
    const prefix = text(header, 257, 5) === "ustar" && header[262] === 0 ? text(header, 345, 155) : "";
    const name = (long.path ?? (prefix ? `${prefix}/` : "") + text(header, 0, 100)).replace(/^(\.?\/)+/, "").replace(/\/+$/, "");
    const type = { 0: "file", 5: "folder", 2: "link", 1: "hard" }[kind];
    if (!type) throw new Error(`An entry of the kind '${kind}' is not understood: ${name}`);
    if (name && name !== ".") entries.push({ name, type, mode: octal(header, 100, 8) & 0o7777, uid: octal(header, 108, 8), gid: octal(header, 116, 8), target: long.linkpath ?? text(header, 157, 100), data });
    long = {};
  }
  return entries;
}

function pax(data) {
  const found = {};
  for (let at = 0; at < data.length;) {
    const space = data.indexOf(32, at), length = parseInt(data.toString("latin1", at, space), 10);
    const [, key, value] = /^([^=]*)=([^]*)\n$/.exec(data.toString("utf8", space + 1, at + length));
    found[key] = value;
    at += length;
  }
  return found;
}

/** The archive of these entries, sorted by name; every time in it is mtime (seconds). Owner 0:0 unless an entry says otherwise. */
export function write(entries, mtime) {
  const parts = [];
  for (const entry of [...entries].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))) {
    const data = entry.type === "file" ? entry.data : Buffer.alloc(0);
    parts.push(header(entry, data.length, mtime), data, Buffer.alloc((512 - (data.length % 512)) % 512));
  }
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}

function header({ name, type, mode, uid = 0, gid = 0, target = "" }, size, mtime) {
  const block = Buffer.alloc(512), put = (value, at) => block.write(value, at, "utf8"), number = (value, at, length) => put(value.toString(8).padStart(length - 1, "0"), at);
  const whole = type === "folder" ? `${name}/` : name;
  let split = 0;
  if (Buffer.byteLength(whole) > 100) split = whole.indexOf("/", Buffer.byteLength(whole) - 101);
  if (split < 0 || split > 155 || Buffer.byteLength(target) > 100) throw new Error(`'${name}' does not fit into a ustar header.`);
  put(split ? whole.slice(split + 1) : whole, 0);
  put(split ? whole.slice(0, split) : "", 345);
  number(mode, 100, 8); number(uid, 108, 8); number(gid, 116, 8); number(size, 124, 12); number(mtime, 136, 12);
  put({ file: "0", folder: "5", link: "2" }[type], 156);
  put(target, 157);
  put("ustar\0" + "00", 257);
  block.fill(32, 148, 156);
  put(block.reduce((sum, b) => sum + b, 0).toString(8).padStart(6, "0") + "\0 ", 148);
  return block;
}
