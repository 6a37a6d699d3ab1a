// A receiver by a stranger: the CloudEvents SDK reads what comes, the Standard Webhooks library verifies it, nothing of ours helps.
// It answers 204 and says on standard output, a JSON line each, what it read, which of its secrets verified it, and whether the same
// message still verified after it was tampered with in several ways.
//   node receiver.mjs '{"secrets":{"first":"whsec_…"}}'
// PUT /secrets with such an object replaces the secrets; PUT /clock with milliseconds since 1970 sets the clock by which it verifies.
import { createServer } from "node:http";
import { HTTP } from "cloudevents";
import { Webhook } from "standardwebhooks";

let { secrets } = JSON.parse(process.argv[2]);
const say = (line) => console.log(JSON.stringify(line));
const verifies = (secret, body, headers) => {
  try {
    new Webhook(secret).verify(body, headers);
    return true;
  } catch {
    return false;
  }
};

const tamperings = {
  body: (body, headers) => [body.replace(/.$/, " }"), headers],
  value: (body, headers) => [body.replace('"site":"', '"site":"x'), headers],
  id: (body, headers) => [body, { ...headers, "webhook-id": `${headers["webhook-id"]}0` }],
  timestamp: (body, headers) => [body, { ...headers, "webhook-timestamp": `${Number(headers["webhook-timestamp"]) + 1}` }],
  "no timestamp": (body, headers) => [body, { ...headers, "webhook-timestamp": undefined }],
  "no signature": (body, headers) => [body, { ...headers, "webhook-signature": undefined }],
};

const read = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
};

createServer(async (request, response) => {
  const body = await read(request);
  if (request.method === "PUT") {
    if (request.url === "/secrets") secrets = JSON.parse(body).secrets;
    if (request.url === "/clock") Date.now = () => Number(body);
    return void response.writeHead(204).end();
  }
  const { headers } = request;
  let event;
  try {
    const parsed = HTTP.toEvent({ headers, body });
    event = { ...parsed.toJSON(), valid: parsed.validate() };
  } catch (error) {
    event = { error: error.message };
  }
  say({
    event,
    verifiedBy: Object.keys(secrets).filter((name) => verifies(secrets[name], body, headers)),
    signatures: (headers["webhook-signature"] ?? "").split(" ").length,
    stillVerified: Object.keys(tamperings).filter((how) => Object.values(secrets).some((secret) => verifies(secret, ...tamperings[how](body, headers)))),
  });
  response.writeHead(204).end();
}).listen(0, "127.0.0.1", function () {
  say({ ready: this.address().port });
});
