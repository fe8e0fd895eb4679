/** The fetch handler: a check, a forgery, a fault, no token, a batch, its OpenAPI document, a message as it is. */
export const expected = "200 accept, 200 reject, 422 #/sender, 401, 200 accept reject 400, 200 3.1.1, 200 accept";

const SECRET = "a-secret-of-the-smoke-test";
const authorization = `Bearer ${SECRET}`;

const transaction = (from) =>
  JSON.stringify({ login: "ann", envelopeFrom: from, message: btoa(`From: ${from}\r\n\r\nHello.\r\n`) });
const honest = transaction("ann@example.com");
const forged = transaction("bob@example.com");

export async function smoke(load) {
  const { createGuard, headerOriginatorsOwned, loginOwnsEnvelope, ownedAddresses } = await load("@fromguard/core");
  const { createHandler } = await load("@fromguard/http");
  const ownership = ownedAddresses({ ann: ["ann@example.com"] });
  const guard = createGuard({ rules: [loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })] });
  const handler = createHandler({
    guard,
    tokens: () => [{ name: "smoke", secret: SECRET, rights: ["check"] }],
  });
  const post = (path, type, body, headers = { authorization }) =>
    handler(
      new Request(`http://localhost${path}`, { method: "POST", headers: { "content-type": type, ...headers }, body }),
    );

  const answers = [];
  for (const body of [honest, forged, '{"sender":"ann@example.com"}']) {
    const response = await post("/v1/check", "application/json", body);
    const { action, errors } = await response.json();
    answers.push(`${response.status} ${action ?? errors[0].pointer}`);
  }
  answers.push(String((await post("/v1/check", "application/json", honest, {})).status));
  const batch = await post("/v1/check/batch", "application/x-ndjson", `${honest}\n${forged}\n{\n`);
  const lines = (await batch.text())
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  answers.push(`${batch.status} ${lines.map(({ action, error }) => action ?? error.status).join(" ")}`);
  const document = await handler(new Request("http://localhost/openapi.json"));
  answers.push(`${document.status} ${(await document.json()).openapi}`);
  const raw = await post("/v1/check", "message/rfc822", "From: ann@example.com\r\n\r\nHello.\r\n", {
    authorization,
    "fromguard-login": "ann",
    "fromguard-envelope-from": "ann@example.com",
  });
  answers.push(`${raw.status} ${(await raw.json()).action}`);
  return answers.join(", ");
}
