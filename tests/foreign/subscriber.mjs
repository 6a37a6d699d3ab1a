// A subscriber by a stranger: amqplib alone, and services/contracts/README.md. It holds the newest receipt of each stream in memory
// and says on standard output, a JSON line each, what it was sent and what it then holds.
//   node subscriber.mjs '{"broker":"amqp://…","service":"foreign"}'
import { randomBytes } from "node:crypto";
import amqp from "amqplib";

const { broker, service } = JSON.parse(process.argv[2]);
const kinds = ["consent-changed", "consent-erased"];
const held = new Map();
const say = (line) => console.log(JSON.stringify(line));
const newId = () => randomBytes(16).toString("hex");

const connection = await amqp.connect(broker);
const channel = await connection.createConfirmChannel();
await channel.prefetch(64);
const publish = (kind, body) =>
  new Promise((resolve, reject) => {
    const properties = { contentType: "application/json", messageId: body.id, type: kind, persistent: true };
    channel.publish(`consent.${kind}`, "", Buffer.from(JSON.stringify(body)), properties, (error) => (error ? reject(error) : resolve()));
  });

// Epochs first: after a restore a lower version of a higher epoch is newer.
const isNewer = (a, b) => !b || a.epoch > b.epoch || (a.epoch === b.epoch && a.version > b.version);

const apply = {
  "consent-changed": ({ stream, receipt }) => {
    if (isNewer(receipt, held.get(stream))) held.set(stream, receipt);
    return stream;
  },
  "consent-erased": ({ stream, epoch, version }) => {
    // What is left names nobody, and keeps a late message from bringing the person back.
    if (isNewer({ epoch, version }, held.get(stream))) held.set(stream, { epoch, version });
    return stream;
  },
};

for (const kind of kinds) {
  await channel.assertExchange(`consent.${kind}`, "fanout", { durable: true });
  const { queue } = await channel.assertQueue(`${service}-${kind}`, { durable: true, arguments: { "x-queue-type": "quorum" } });
  await channel.bindQueue(queue, `consent.${kind}`, "");
  await channel.consume(queue, async (message) => {
    if (!message) return;
    const body = JSON.parse(message.content.toString("utf8"));
    const stream = apply[kind](body);
    // A service would commit here, and only then say that it has applied the event; it says so for what it held already, too.
    await publish("consent-applied", { id: `${body.id}.${service}`, subscriber: service, source: "consent", recordId: body.id, appliedAt: new Date().toISOString() });
    channel.ack(message);
    const { contentType, messageId, headers } = message.properties;
    say({ kind, id: body.id, contentType, messageId, headers: Object.keys(headers ?? {}), holds: held.get(stream) });
  });
}

// What was before it came: page by page, each asked for when the one before is applied.
const pages = `${service}-snapshot-page`;
await channel.assertQueue(pages, { durable: true, arguments: { "x-queue-type": "quorum" } });
const ask = (after) =>
  channel.sendToQueue(
    "consent-snapshot-requested",
    Buffer.from(JSON.stringify({ id: newId(), source: "consent", subscriber: service, kinds, after, until: "f".repeat(20) })),
    { contentType: "application/json", type: "snapshot-requested", persistent: true },
  );
let loaded = 0;
await channel.consume(pages, (message) => {
  if (!message) return;
  const page = JSON.parse(message.content.toString("utf8"));
  for (const { kind, body } of page.events) apply[kind](body);
  loaded += page.events.length;
  channel.ack(message);
  if (!page.complete) return ask(page.through);
  say({ loaded, holds: held.size });
});

const announce = () => publish("subscriber-announced", { id: newId(), subscriber: service, kinds, everyVersion: false, at: new Date().toISOString() });
await channel.assertExchange("consent.subscriber-announced", "fanout", { durable: true });
await channel.assertExchange("consent.consent-applied", "fanout", { durable: true });
await announce();
setInterval(announce, 1000);
ask("");
say({ ready: true });
