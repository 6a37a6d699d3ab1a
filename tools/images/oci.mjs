// Images as the OCI lays them out: blobs by their digest, a configuration, a manifest, an index.
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";

export const media = {
  index: "application/vnd.oci.image.index.v1+json", manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json", layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};
export const digest = bytes => "sha256:" + createHash("sha256").update(bytes).digest("hex");

/** A layer out of a tar: compressed without a time or a name. */
export function layer(tar) {
  const packed = gzipSync(tar, { level: 6 });
  // The byte that tells the system on which it was packed: unknown.
  packed[9] = 255;
  return { packed, diff: digest(tar), size: tar.length };
}

/** The files of a layout, by path, for one image: layers are { packed, diff }, config is what stands beside rootfs. */
export function layout(layers, config, name) {
  const blobs = new Map(), keep = bytes => { const key = digest(bytes); blobs.set(`blobs/${key.replace(":", "/")}`, bytes); return { digest: key, size: bytes.length }; };
  const json = value => Buffer.from(JSON.stringify(value));
  const described = layers.map(l => ({ mediaType: media.layer, ...keep(l.packed) }));
  const settings = keep(json({ ...config, rootfs: { type: "layers", diff_ids: layers.map(l => l.diff) } }));
  const manifest = keep(json({ schemaVersion: 2, mediaType: media.manifest, config: { mediaType: media.config, ...settings }, layers: described }));
  blobs.set("oci-layout", json({ imageLayoutVersion: "1.0.0" }));
  blobs.set("index.json", json({
    schemaVersion: 2, mediaType: media.index,
    manifests: [{ mediaType: media.manifest, ...manifest, platform: { architecture: config.architecture, os: config.os }, annotations: { "org.opencontainers.image.ref.name": name } }],
  }));
  return { digest: manifest.digest, files: blobs };
}

/** The same as entries of a tar. */
export function entries(files) {
  const folders = ["blobs", "blobs/sha256"].map(name => ({ name, type: "folder", mode: 0o755 }));
  return [...folders, ...[...files].map(([name, data]) => ({ name, type: "file", mode: 0o644, data }))];
}
