import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readings, Shown } from "../message.js";

/** The readers of the process, by name. */
export const PYTHON_READERS = ["python compat32", "python default"] as const;

/** Reads a batch a line. */
const SCRIPT = `
import base64, email, email.policy, email.utils, json, re, sys
def read(raw, policy):
    names, addresses = [], []
    try:
        message = email.message_from_bytes(raw, policy=policy)
        for field, value in message.raw_items():
            if field.lower() in ("from", "sender", "resent-from", "resent-sender", "author"):
                text = str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
                if policy is email.policy.compat32:
                    pairs = email.utils.getaddresses([text])
                else:
                    pairs = [(one.display_name, one.addr_spec) for one in policy.header_factory(field, re.sub(r"\\r\\n?|\\n", "", text)).addresses]
                for name, address in pairs:
                    names.append(name or "")
                    addresses.append(address or "")
    except Exception:
        return None
    return {"addresses": addresses, "names": names}
for line in sys.stdin:
    batch = [base64.b64decode(raw) for raw in line.split(",")]
    print(json.dumps([[read(raw, email.policy.compat32), read(raw, email.policy.default)] for raw in batch]), flush=True)
`;

/** Python's email package in a process of its own. */
export interface PythonReader {
  /** What each policy shows of each message, by its name. */
  readonly read: (batch: readonly Uint8Array[]) => Promise<readonly Readings[]>;
  readonly close: () => void;
}

/** Starts `python3`. Reading rejects where it is not installed, or has ended. */
export function startPython(command = "python3"): PythonReader {
  const child = spawn(command, ["-c", SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting: { readonly resolve: (line: string) => void; readonly reject: (cause: Error) => void }[] = [];
  let ended: Error | undefined;
  const end = (cause: Error) => {
    ended ??= cause;
    for (const { reject } of waiting.splice(0)) reject(cause);
  };
  child.on("error", end);
  child.stdin.on("error", end);
  child.on("exit", () => end(new Error(`${command} has ended`)));
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(line));
  return {
    read: async (batch) => {
      if (batch.length === 0) return [];
      const line = await new Promise<string>((resolve, reject) => {
        if (ended !== undefined) return reject(ended);
        waiting.push({ resolve, reject });
        child.stdin.write(`${batch.map((raw) => Buffer.from(raw).toString("base64")).join()}\n`);
      });
      const shown = JSON.parse(line) as readonly (readonly (Shown | null)[])[];
      return shown.map((one) =>
        Object.fromEntries(PYTHON_READERS.map((name, index) => [name, one[index] ?? undefined])),
      );
    },
    close: () => child.kill(),
  };
}
