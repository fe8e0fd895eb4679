import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { spawnPinned } from "./pinned.js";
import { listenText } from "./question.js";
import { type Running, running, type Subject } from "./subject.js";

/** So much new space that nothing is collected while allocations are counted. */
const ROOM = ["--min-semi-space-size=512", "--max-semi-space-size=512"];

/** The servers of `child.js`: the bare ones, with which all is compared, first. */
export function nodeSubjects({ room = false }: { readonly room?: boolean } = {}): readonly Subject[] {
  const flags = room ? ROOM : [];
  const both = { transports: ["tcp", "unix"], missing: () => undefined } as const;
  const subject = (name: string, protocol: Subject["protocol"], kind: string, judgesLogins: boolean): Subject => ({
    ...both,
    name,
    protocol,
    judgesLogins,
    start: (address) => startChild(kind, listenText(address), flags),
  });
  return [
    subject("bare node:net", "policy", "bare-policy", false),
    subject("bare node:net", "milter", "bare-milter", false),
    subject("bare node:http", "http", "bare-http", false),
    subject("createPolicyServer", "policy", "policy", true),
    subject("createMilterServer", "milter", "milter", true),
    subject("createExchange, serveHttp", "http", "http", true),
    { ...subject("createExchange, /checkv2", "http", "http", true), form: "checkv2" },
  ];
}

async function startChild(kind: string, address: string, flags: readonly string[]): Promise<Running> {
  const script = fileURLToPath(new URL("./child.js", import.meta.url));
  const child = spawnPinned(process.execPath, [...flags, script, kind, address], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const [message] = await Promise.race([once(child, "message"), once(child, "exit")]);
  if (message !== "ready") throw new Error(`${kind} does not start: ${message}`);
  return {
    ...running(child),
    heapUsed: async () => {
      child.send("heap");
      const [{ heapUsed }] = (await once(child, "message")) as [{ heapUsed: number }];
      return heapUsed;
    },
  };
}
