// A stranger's look at the document of a receipt, over HTTP: who signed it, what a changed byte does, which text was shown, and
// what a reader of linked data makes of it. He has jose (JOSE), canonicalize (RFC 8785) and jsonld (JSON-LD 1.1), and nothing of ours.
//   node check.mjs '{"document":ADDRESS,"subject":ID,"statuses":{PURPOSE:[CLASS...]},"bases":{PURPOSE:TERM},"saved":[FILE...]}'
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import canonicalize from "canonicalize";
import { base64url, compactVerify, createRemoteJWKSet, decodeProtectedHeader } from "jose";
import jsonld from "jsonld";

const { document: address, subject, statuses, bases, saved = [] } = JSON.parse(process.argv[2]);
const keys = createRemoteJWKSet(new URL("/.well-known/jwks.json", address));
let passed = 0;
const failures = [];
const check = (name, holds, why = "") => (holds ? passed++ : failures.push(`${name}: ${why}`));

const get = async (url, accept) => {
  const answer = await fetch(url, { headers: { accept, "consent-subject": subject } });
  if (!answer.ok) throw new Error(`${answer.status} at ${url}: ${await answer.text()}`);
  if (!answer.headers.get("content-type").startsWith(accept)) throw new Error(`${accept} was asked for, ${answer.headers.get("content-type")} came`);
  return answer.json();
};
const bytes = (text) => new TextEncoder().encode(text);
const verify = (payload, [header, , signature]) => compactVerify(`${header}.${base64url.encode(payload)}.${signature}`, keys, { algorithms: ["ES256"] });
const verifies = (payload, parts) => verify(payload, parts).then(() => true, () => false);
const apart = ({ signature, ...said }) => [bytes(canonicalize(said)), signature.split(".")];
const flipped = (data, at) => data.map((byte, i) => (i === at ? byte ^ 1 : byte));

const json = await get(address, "application/json");
const linked = await get(address, "application/ld+json");

for (const [name, document] of [["json", json], ["ld+json", linked], ...saved.map((file) => [file, JSON.parse(readFileSync(file, "utf8"))])]) {
  const [payload, parts] = apart(document);
  check(`${name} verifies`, await verifies(payload, parts), "jose refused it");
  const { typ, cty, alg } = decodeProtectedHeader(document.signature);
  check(`${name} says what was signed`, typ === "consent-receipt+jws" && ["json", "ld+json"].includes(cty) && alg === "ES256", JSON.stringify({ typ, cty, alg }));
}

const [payload, parts] = apart(json);
for (let at = 0; at < payload.length; at++)
  if (await verifies(flipped(payload, at), parts)) failures.push(`byte ${at} was changed, and it verified`);
passed++;
const signature = base64url.decode(parts[2]);
for (let at = 0; at < signature.length; at++)
  check(`byte ${at} of the signature`, !(await verifies(payload, [parts[0], "", base64url.encode(flipped(signature, at))])), "was changed, and it verified");
check("signature of the other form", !(await verifies(payload, apart(linked)[1])), "verified");

const { uri, sha256, version, text_uri: text } = json.privacy_notice;
const { version: shown, hash, publishedAt, meanings, ...declaration } = await get(uri, "application/json");
check("declaration has the hash in the document", createHash("sha256").update(canonicalize(declaration)).digest("hex") === sha256, uri);
check("declaration has the version in the document", shown === version, `${shown}, not ${version}`);
check("text is there in the language that was shown", (await get(text, "application/json")).language === json.privacy_notice.language, text);

// Safe mode fails on any member that says nothing; the loader on any attempt to fetch a context.
const documentLoader = (url) => { throw new Error(`${url} was to be fetched`); };
const quads = await jsonld.toRDF(linked, { documentLoader, safe: true });
const dpv = (term) => `https://w3id.org/dpv#${term}`;
const dct = (term) => `http://purl.org/dc/terms/${term}`;
const long = (term) => term.replace(/^dpv:/, dpv("")).replace(/^consent:/, "urn:consent:terms:");
const type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const of = (node, property) => quads.filter((q) => q.subject.value === node && q.predicate.value === property).map((q) => q.object.value);
const one = (node, property) => { const [only, ...more] = of(node, property); return more.length === 0 ? only : undefined; };
const all = (name) => quads.filter((q) => q.predicate.value === type && q.object.value === dpv(name)).map((q) => q.subject.value);

const [receipt] = all("ConsentReceipt");
const record = one(receipt, dpv("hasRecordOfActivity"));
check("receipt holds one record", all("ConsentRecord").join() === record, record);
check("record says what it conforms to", one(record, dct("conformsTo")) === "https://w3id.org/dpv/schema/dpv-27560#record");
check("record names the person by pseudonym", one(one(record, dpv("hasDataSubject")), dct("identifier")) === subject);
check("record names the controller", one(one(record, dpv("hasDataController")), dct("identifier")) === json.pii_controllers[0]);
check("record names the notice", one(record, dpv("hasNotice")) === uri && all("ConsentNotice").join() === uri, of(record, dpv("hasNotice")).join());
check("notice has its hash", one(uri, "urn:consent:terms:sha256") === sha256);
const processes = Object.fromEntries(of(record, dpv("hasProcess")).map((p) => [one(p, dct("identifier")), p]));
check("a process for each purpose", Object.keys(processes).sort().join() === Object.keys(statuses).sort().join(), Object.keys(processes).join());
for (const [purpose, expected] of Object.entries(statuses)) {
  const found = [...of(processes[purpose], dpv("hasConsentStatus")), ...of(processes[purpose], dpv("hasStatus"))];
  check(`status of ${purpose}`, found.map((s) => one(s, type)).sort().join() === expected.map(long).sort().join(), found.map((s) => one(s, type)).join());
  check(`times of ${purpose}`, found.every((s) => !Number.isNaN(Date.parse(one(s, dpv("isIndicatedAtTime"))))));
  check(`basis of ${purpose}`, one(processes[purpose], dpv("hasLegalBasis")) === long(bases[purpose]), of(processes[purpose], dpv("hasLegalBasis")).join());
  check(`purpose of ${purpose}`, one(one(processes[purpose], dpv("hasPurpose")), type) === dpv("Purpose"));
}

for (const failure of failures) console.error(failure);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
