// Sends mails with the opt-out link of services/unsubscribe-links/README.md, receives them signed and asks mailauth what of them holds.
// A line each says what was seen; the exit code is 0 when every one was judged as it should be. check.sh starts what this talks to.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { randomBytes } from "node:crypto";
import { dkimVerify } from "mailauth/lib/dkim/verify.js";
import { createTransport } from "nodemailer";
import { SMTPServer } from "smtp-server";

const [domain, selector, record, ...ports] = process.argv.slice(2);
const [ours, signedOnce, oversignedOnly, asShipped, receiver] = ports.map(Number);
const both = ["List-Unsubscribe", "List-Unsubscribe-Post"];

// The code that the README shows is the only copy.
const readme = readFileSync(fileURLToPath(new URL("../../services/unsubscribe-links/README.md", import.meta.url)), "utf8");
const code = readme.split("```js\n")[1].split("```")[0];
const { mint } = await import(`data:text/javascript,${encodeURIComponent(`${code}\nexport { mint };`)}`);

// The zone as opendkim-genkey writes it: strings in brackets, which a resolver gives back as they are.
const zone = readFileSync(record, "utf8");
const published = { [`${selector}._domainkey.${domain}`]: [[...zone.matchAll(/"([^"]*)"/g)].map(([, text]) => text)] };
const resolver = async (name, type) => {
  if (type === "TXT" && published[name]) return published[name];
  throw Object.assign(new Error(`${name} has no ${type}`), { code: "ENOTFOUND" });
};

const waiting = new Map();
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  disableReverseLookup: true,
  onData: async (stream, session, done) => {
    const parts = [];
    for await (const part of stream) parts.push(part);
    const mail = Buffer.concat(parts).toString("latin1");
    waiting.get(/^Message-ID:\s*(\S+)/im.exec(mail)?.[1])?.(mail);
    done();
  },
});
await new Promise((resolve) => server.listen(receiver, "127.0.0.1", resolve));

// As it came out of the other side, byte by byte.
const deliver = async (port, to, link) => {
  const messageId = `<${randomBytes(16).toString("hex")}@${domain}>`;
  const arrived = new Promise((resolve, reject) => {
    waiting.set(messageId, resolve);
    setTimeout(() => reject(new Error("A mail did not arrive within a minute.")), 60_000).unref();
  });
  const mailer = createTransport({ host: "127.0.0.1", port, ignoreTLS: true });
  await mailer.sendMail({
    from: `Weefgoed <letters@${domain}>`,
    to,
    subject: "Voorjaar: 20 % korting – tot en met zondag",
    date: new Date(),
    messageId,
    headers: { "List-Unsubscribe": `<${link}>`, "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" },
    text: `Beste lezer,\n\nHet voorjaar begint – de wol ook.\n.\nAfmelden: ${link}\n`,
    html: `<p>Beste lezer,<p>Het voorjaar begint – de wol ook.<p><a href="${link}">Afmelden</a>`,
  });
  mailer.close();
  return arrived;
};

// What a receiver that offers one click asks (RFC 8058, 4): each header once, and one valid signature of the sender over both.
const judge = async (mail, link) => {
  const { results, headers } = await dkimVerify(Buffer.from(mail, "latin1"), { resolver, minBitLength: 2048 });
  const signature = results.find((result) => result.status.result === "pass" && result.signingDomain === domain) ?? results[0];
  const { result, aligned } = signature.status;
  const complaints = result === "pass" && aligned ? [] : [`DKIM: ${result}`];
  const covered = signature.signingHeaders?.headers ?? [];
  const value = {};
  for (const name of both) {
    const lines = headers.parsed.filter((header) => header.key === name.toLowerCase()).map((header) => header.line.toString());
    const signed = covered.filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`));
    if (lines.length !== 1) complaints.push(`${name}: ${lines.length} times`);
    if (lines.some((line) => !signed.includes(line))) complaints.push(`${name}: not covered`);
    value[name] = lines[0]?.replace(/\r?\n(?=[ \t])/g, "").slice(name.length + 1).trim();
  }
  if (/^<([^>]+)>$/.exec(value[both[0]] ?? "")?.[1] !== link) complaints.push("List-Unsubscribe: another link");
  if (value[both[1]] !== "List-Unsubscribe=One-Click") complaints.push("List-Unsubscribe-Post: another value");
  return { complaints, keys: signature.signingHeaders?.keys ?? "", bits: signature.modulusLength };
};

let failed = 0;
const expect = async (what, mail, link, ...complaints) => {
  const seen = await judge(mail, link);
  const right = isDeepStrictEqual(seen.complaints, complaints);
  if (!right) failed++;
  console.log(`${right ? "ok  " : "FAIL"} ${what}: ${seen.complaints.join("; ") || `DKIM passes (${seen.bits} bits) over ${seen.keys}`}`);
  if (!right) console.log(`     expected: ${complaints.join("; ") || "no complaint"}\n${mail}`);
};

const secret = randomBytes(32).toString("base64url");
const publicUrl = "https://consent.example.org";
const reader = "reader+wol@example.org";
const link = mint({ key: `consent-link-key-1:1:weefgoed:shop:${secret}`, publicUrl, topic: "newsletter", address: reader, campaign: "spring-2026", language: "nl" });
const foreign = link.replace(publicUrl, "https://elsewhere.example");
const line = (name) => new RegExp(`^${name}:.*\\r\\n(?:[ \\t].*\\r\\n)*`, "im");
const [unsubscribe, post] = both.map(line);
const another = `List-Unsubscribe: <${foreign}>\r\n`;
// Such as a mailing list's or a forwarder's own header, at either end of the head.
const above = (mail) => mail.replace(unsubscribe, (own) => another + own);
const below = (mail) => mail.replace(unsubscribe, (own) => own + another);

const sent = await deliver(ours, reader, link);
await expect("as sent", sent, link);

const [controller, site, topic, campaign] = ["c", "s", "t", "m"].map((letter, i) => letter.repeat(i === 3 ? 64 : 63));
const longest = `${"a".repeat(64)}@${["b", "c", "d"].map((letter) => letter.repeat(59)).join(".")}.example`;
const longLink = mint({ key: `consent-link-key-1:255:${controller}:${site}:${secret}`, publicUrl, topic, address: longest, campaign, language: "nld-BE" });
await expect(`a link of ${longLink.length} characters`, await deliver(ours, longest, longLink), longLink);

await expect("another link", sent.replace(unsubscribe, another), foreign, "DKIM: fail");
await expect("one character of the link in upper case", sent.replace(unsubscribe, (own) => own.replace("/u/", "/U/")), link.replace("/u/", "/U/"), "DKIM: fail");
await expect("without List-Unsubscribe-Post", sent.replace(post, ""), link, "DKIM: fail", "List-Unsubscribe-Post: 0 times", "List-Unsubscribe-Post: another value");
await expect("without List-Unsubscribe", sent.replace(unsubscribe, ""), link, "DKIM: fail", "List-Unsubscribe: 0 times", "List-Unsubscribe: another link");
await expect("a second List-Unsubscribe above", above(sent), foreign, "DKIM: fail", "List-Unsubscribe: 2 times");
await expect("a second List-Unsubscribe below", below(sent), link, "DKIM: fail", "List-Unsubscribe: 2 times");
await expect("a second List-Unsubscribe-Post", sent.replace(post, (own) => own + own), link, "DKIM: fail", "List-Unsubscribe-Post: 2 times");
await expect("another text", sent.replace("lezer", "Lezer"), link, "DKIM: neutral");
await expect("without a signature", sent.replace(line("DKIM-Signature"), ""), link, "DKIM: none", ...both.map((name) => `${name}: not covered`));

// What each of the two lines of opendkim.conf is for.
const once = await deliver(signedOnce, reader, link);
await expect("without OversignHeaders: as sent", once, link);
await expect("without OversignHeaders: a second List-Unsubscribe above goes unnoticed by DKIM", above(once), foreign, "List-Unsubscribe: 2 times", "List-Unsubscribe: not covered");
await expect("without SignHeaders, yet with OversignHeaders: opendkim breaks its own signature", await deliver(oversignedOnly, reader, link), link, "DKIM: fail");
const shipped = await deliver(asShipped, reader, link);
await expect("without either: as sent", shipped, link, "List-Unsubscribe-Post: not covered");
await expect("without either: List-Unsubscribe-Post taken away goes unnoticed by DKIM", shipped.replace(post, ""), link, "List-Unsubscribe-Post: 0 times", "List-Unsubscribe-Post: another value");

await new Promise((resolve) => server.close(resolve));
console.log(failed === 0 ? "All as it should be." : `${failed} not as it should be.`);
process.exitCode = failed === 0 ? 0 : 1;
