// charts/build-image.sh, with a dotnet that only repeats its arguments.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { root } from "./helm.mjs";

export function buildImage(environment) {
  const bin = mkdtempSync(path.join(tmpdir(), "consent-dotnet-"));
  try {
    writeFileSync(path.join(bin, "dotnet"), '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const { status, stdout, stderr } = spawnSync(path.join(root, "charts/build-image.sh"), ["services/gateway"],
      { encoding: "utf8", env: { PATH: `${bin}:${process.env.PATH}`, ...environment } });
    return { status, stderr, args: stdout.trim().split("\n") };
  } finally {
    rmSync(bin, { recursive: true });
  }
}
