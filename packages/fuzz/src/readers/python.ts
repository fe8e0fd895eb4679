import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Shown } from "../message.js";

const POLICIES = ["compat32", "default"] as const;

const SCRIPT = `
import base64, email, email.policy, email.utils, json, sys
def read(raw, policy):
    names, addresses = [], []
    try:
        message = email.message_from_bytes(raw, policy=policy)
        for field, value in message.raw_items():
            if field.lower() in ("from", "sender"):
                text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                if policy is email.policy.compat32:
                    pairs = email.utils.getaddresses([text])
                else:
                    pairs = [(one.display_name, one.addr_spec) for one in policy.header_factory(field, text).addresses]
                for name, address in pairs:
                    names.append(name or "")
                    addresses.append(address or "")
    except Exception:
        pass
    return {"addresses": addresses, "names": names}
for line in sys.stdin:
    raw = base64.b64decode(line)
    print(json.dumps([read(raw, email.policy.compat32), read(raw, email.policy.default)]), flush=True)
`;

/** Python's email package in a process of its own, asked one message at a time. */
export interface PythonReader {
  /** What each policy shows, by its name. */
  readonly read: (raw: Uint8Array) => Promise<Readonly<Record<string, Shown>>>;
  readonly close: () => void;
}

/** Starts `python3`. Reading rejects where it is not installed or ends. */
export function startPython(): PythonReader {
  const child = spawn("python3", ["-c", SCRIPT], { stdio: ["pipe", "pipe", "ignore"] });
  const waiting: { readonly resolve: (line: string) => void; readonly reject: (cause: Error) => void }[] = [];
  let ended: Error | undefined;
  const end = (cause: Error) => {
    ended ??= cause;
    for (const { reject } of waiting.splice(0)) reject(cause);
  };
  child.on("error", end);
  child.stdin.on("error", end);
  child.on("exit", () => end(new Error("python3 has ended")));
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(line));
  return {
    read: async (raw) => {
      const line = await new Promise<string>((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        waiting.push({ resolve, reject });
        child.stdin.write(`${Buffer.from(raw).toString("base64")}\n`);
      });
      const shown = JSON.parse(line) as readonly Shown[];
      return Object.fromEntries(POLICIES.map((policy, index) => [`python ${policy}`, shown[index]!]));
    },
    close: () => child.kill(),
  };
}
