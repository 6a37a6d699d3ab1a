// Each rule finds the faults that are planted for it, and no other rule takes them for its own.
import { arrows } from "../reach.mjs";
import { check, same } from "../report.mjs";
import { exists, good } from "../planted/good.mjs";
import { faults } from "../planted/faults.mjs";
import { misshapen } from "../planted/misshapen.mjs";
import { foundBy, release } from "../schemas.mjs";
import { rules } from "../rules.mjs";

const finders = (all) => Object.entries(rules).filter(([, rule]) => rule(all, exists).length).map(([sentence]) => sentence);

await check("no rule finds a fault in the good release", () => finders(good()));
await check("no schema finds a fault in the good release", async () => (await foundBy(good())).faults);
await check("every rule has a fault planted for it", () => Object.keys(rules).filter((r) => !faults.some(([sentence]) => sentence === r)));
for (const [sentence, plant] of faults) await check(`planted, ${plant}: ${sentence}`, () => {
  const all = good();
  plant(all);
  return same("found by", finders(all), [sentence]);
});
await check("the types are those of Kubernetes 1.34", () => same("release", release, "1.34"));
for (const [sentence, by, plant] of misshapen) await check(`planted: ${sentence}`, async () => {
  const all = good();
  plant(all);
  const found = await foundBy(all);
  return same(`found by (${found.faults.join("; ")})`, found.by, by);
});
await check("each of the two schemas finds what the other does not", () =>
  ["unknownTo", "incomplete"].filter((one) => !misshapen.some(([, by]) => by.includes(one) && by.length === 1)));
await check("an arrow is there where both its ends let it through", () => same("arrows", arrows(good(), []), ["web -> files:8080"]));
await check("an arrow is found that was opened at one end alone, and not before", () => {
  const all = good();
  const policy = (name) => all.find((o) => o.kind === "NetworkPolicy" && o.metadata.name === `consent-${name}`).spec;
  policy("web").egress.push({ to: [{ ipBlock: { cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] } }], ports: [{ port: 443, endPort: 444 }] });
  const outside = [{ name: "internet", address: "203.0.113.7", ports: [{ containerPort: 444 }, { containerPort: 445 }] }, { name: "private", address: "10.1.2.3", ports: [{ containerPort: 443 }] }];
  return same("arrows", arrows(all, outside), ["internet -> web:8080", "private -> web:8080", "web -> files:8080", "web -> internet:444"]);
});
