// Asks the worker as its platform would.
import worker from "./worker.js";

const env = { FROMGUARD_TOKEN: "0123456789abcdef0123456789abcdef" };

async function ask(what, from, authorization) {
  const request = new Request("https://fromguard.example/v1/check", {
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization ? { authorization } : {}) },
    body: JSON.stringify({ login: "ann", envelopeFrom: "ann@example.com", headers: [["From", from]] }),
  });
  const response = await worker.fetch(request, env);
  const { action, code } = await response.json();
  console.log(`${what}: ${response.status}${action === undefined ? "" : ` ${action} ${code}`}`);
}

const token = `Bearer ${env.FROMGUARD_TOKEN}`;
await ask("honest", "ann@example.com", token);
await ask("forged header", "Bob <bob@example.com>", token);
await ask("no token", "ann@example.com");
