// A stranger's look at the checkpoint of a verifiable log and at proofs that entries are in it, with sigstore's own verifier. It takes an
// entry of Rekor's log; nothing of that is asked of ours but the bytes of the entry. It knows no proof of consistency: see check.go.
//   node check.mjs TASKS.json    the tasks of check.go; a line for each check and key; 0 when what was refused is what had to be
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { toTrustMaterial } from "@sigstore/verify";
// Only inside a bundle of Rekor's does the package's front reach this, so it is taken from behind it.
import inclusion from "@sigstore/verify/dist/tlog/index.js";

const types = { 1: "Ed25519", 2: "ECDSA" };
const spkiOfEd25519 = Buffer.from("302a300506032b6570032100", "hex");
const sha256 = (bytes) => createHash("sha256").update(bytes).digest();

// What signed-note calls the key ID is here the beginning of the log's ID: for type 2 that of the public key's hash, as at Rekor.
const authorityOf = (text) => {
  const [name, , ...rest] = text.split("+");
  const raw = Buffer.from(rest.join("+"), "base64");
  const key = raw[0] === 1 ? Buffer.concat([spkiOfEd25519, raw.subarray(1)]) : raw.subarray(1);
  const keyId = sha256(raw[0] === 1 ? Buffer.concat([Buffer.from(`${name}\n`), raw]) : key);
  const tlogs = [{ baseUrl: `https://${name}`, publicKey: { rawBytes: key }, logId: { keyId } }];
  return { type: types[raw[0]], tlogs: toTrustMaterial({ certificateAuthorities: [], timestampAuthorities: [], ctlogs: [], tlogs }).tlogs };
};

// Witnesses' keys are left to check.go; in a log's list of keys what has ended is a comment.
const isOfLog = (text) => !text.startsWith("#") && Buffer.from(text.split("+").slice(2).join("+"), "base64")[0] !== 4;

const readFrom = async (log) => {
  if (!log.startsWith("http://")) return readFileSync(join(log, "checkpoint"), "utf8");
  const answer = await fetch(`${log}/checkpoint`);
  if (!answer.ok) throw new Error(`checkpoint: ${answer.status}`);
  return answer.text();
};

const tasks = JSON.parse(readFileSync(process.argv[2], "utf8"));
const faults = tasks.length === 0 ? ["no tasks"] : [];
for (const { name, log, keys, inclusion: proofs, refused } of tasks) {
  const envelope = await readFrom(log);
  const due = new Map(Object.entries(refused));
  for (const { type, tlogs } of keys.filter(isOfLog).map(authorityOf))
    for (const { index, entry, proof } of proofs) {
      const check = `inclusion ${index} by ${type}`;
      let why;
      try {
        inclusion.verifyTLogInclusion({
          canonicalizedBody: Buffer.from(entry, "base64"),
          inclusionProof: { logIndex: String(index), hashes: proof.map((hash) => Buffer.from(hash, "base64")), checkpoint: { envelope } },
        }, tlogs);
      } catch (error) {
        why = error.message;
      }
      console.log(why === undefined ? `ok ${name}: ${check}` : `refused ${name}: ${check}: ${why}`);
      if (due.has(check) ? !why?.includes(due.get(check)) : why !== undefined) faults.push(`${name}: ${check}: must be refused: ${due.has(check)} ${due.get(check) ?? ""}; ${why}`);
      due.delete(check);
    }
  for (const check of due.keys()) faults.push(`${name}: ${check}: was not tried`);
}

for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
