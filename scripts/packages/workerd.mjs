import { spawn } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { run } from "./run.mjs";

const START_MS = 30_000;
const TOKEN = "0123456789abcdef0123456789abcdef";

const WORKER = fileURLToPath(new URL("../../examples/worker/worker.js", import.meta.url));

/** A worker without Node's modules, on a free port, with the token as a binding. */
const CONFIG = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.bundle.js")],
  compatibilityDate = "2026-11-01",
  bindings = [(name = "FROMGUARD_TOKEN", text = "${TOKEN}")]
);
`;

/** Bundles the worker of the examples as its platform does, serves it by workerd, and returns what it says to three questions. */
export async function askWorkerd(project) {
  const program = (name) => join(project, "node_modules/.bin", name);
  copyFileSync(WORKER, join(project, "worker.js"));
  const bundle = ["worker.js", "--bundle", "--format=esm", "--conditions=workerd,worker", "--outfile=worker.bundle.js"];
  await run(program("esbuild"), bundle, project);
  writeFileSync(join(project, "worker.capnp"), CONFIG);
  // On this descriptor it tells its port.
  const child = spawn(program("workerd"), ["serve", "--control-fd=3", "worker.capnp"], {
    cwd: project,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  try {
    const url = `http://127.0.0.1:${await portOf(child)}/v1/check`;
    const told = [await ask(url, "ann@example.com"), await ask(url, "Bob <bob@example.com>")];
    return [...told, await ask(url, "ann@example.com", "")].join(", ");
  } finally {
    child.kill();
  }
}

/** What {@link askWorkerd} is to return: for an honest message, for one whose header is forged, and to who has no token. */
export const TOLD_BY_WORKERD = "accept ok, reject from-not-owned, 401";

async function portOf(child) {
  const timer = setTimeout(() => child.kill(), START_MS);
  try {
    await new Promise((resolve, reject) => child.once("spawn", resolve).once("error", reject));
    for await (const line of createInterface({ input: child.stdio[3] })) {
      const { event, port } = JSON.parse(line);
      if (event === "listen") return port;
    }
    throw new Error("workerd ended before it listened");
  } finally {
    clearTimeout(timer);
  }
}

async function ask(url, headerFrom, authorization = `Bearer ${TOKEN}`) {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization === "" ? {} : { authorization }) },
    body: JSON.stringify({ login: "ann", envelopeFrom: "ann@example.com", headers: [["From", headerFrom]] }),
  });
  const { action, code } = await response.json();
  return response.status === 200 ? `${action} ${code}` : String(response.status);
}
