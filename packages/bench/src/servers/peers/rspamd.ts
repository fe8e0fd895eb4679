import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Subject } from "../subject.js";
import { missingProgram, startProgram } from "./programs.js";

/** The seed's rules for Rspamd: nothing else runs, no module and no filter. */
const RULE = `local map = rspamd_regexp and rspamd_regexp or require "rspamd_regexp"
local own = map.create("/^([^@+]+)(\\\\+[^@]*)?@example\\\\.com$/i")

local function owns(login, address)
  local found = own:search(address, true, true)
  return found and found[1][2]:lower() == login:lower()
end

rspamd_config:register_symbol({
  name = "LOGIN_OWNS_SENDER",
  type = "prefilter",
  callback = function(task)
    local login = task:get_user()
    if not login then return end
    local envelope = task:get_from("smtp")
    if envelope and envelope[1] and envelope[1].addr ~= "" and not owns(login, envelope[1].addr) then
      task:set_pre_result("reject", "5.7.1 Sender address rejected: not owned by user")
      return
    end
    local authors = task:get_from("mime")
    if not authors or #authors == 0 then
      task:set_pre_result("reject", "5.7.1 From is missing")
      return
    end
    for _, author in ipairs(authors) do
      if not owns(login, author.addr) then
        task:set_pre_result("reject", "5.7.1 The From address is not owned by the authenticated user")
        return
      end
    end
    -- What is not refused needs no more rules.
    task:set_pre_result("no action", "owned")
  end,
})
`;

/** The milter proxy that scans by itself: one worker, without a second process to hand messages to. */
export function rspamd(folder: string): Subject {
  return subject(
    "rspamd proxy",
    "milter",
    folder,
    (socket) => `worker "rspamd_proxy" {
  bind_socket = "${socket}";
  milter = yes;
  count = 1;
  timeout = 120s;
  upstream "local" { default = yes; self_scan = yes; }
}`,
  );
}

/** One worker that is asked over HTTP. */
export function rspamdHttp(folder: string): Subject {
  const worker = (socket: string) => `worker "normal" {
  bind_socket = "${socket}";
  count = 1;
}`;
  return { ...subject("rspamd, /checkv2", "http", folder, worker), form: "checkv2" };
}

function subject(
  name: string,
  protocol: Subject["protocol"],
  folder: string,
  worker: (socket: string) => string,
): Subject {
  return {
    name,
    protocol,
    transports: ["tcp", "unix"],
    judgesLogins: true,
    missing: () => missingProgram("rspamd"),
    start: async (address) => {
      const state = join(folder, `rspamd-${protocol}`);
      await mkdir(state, { recursive: true });
      await writeFile(join(state, "rule.lua"), RULE);
      const socket = "port" in address ? `127.0.0.1:${address.port}` : `${address.path} mode=0666`;
      await writeFile(join(state, "rspamd.conf"), `${configuration(state)}${worker(socket)}\n`);
      const as = ["-i", "-u", "root", "-g", "root"];
      return startProgram("rspamd", ["-f", ...as, "-c", join(state, "rspamd.conf")], address);
    },
  };
}

function configuration(state: string): string {
  return `options {
  pidfile = "${state}/rspamd.pid";
  control_socket = "${state}/control.sock mode=0600";
  rrd = "";
  filters = [];
  dns { nameserver = ["127.0.0.1:9"]; }
  history_file = "";
}
logging { type = "console"; level = "error"; }
lua = "${state}/rule.lua";
metric { name = "default"; actions { reject = 15; } unknown_weight = 1; }
actions { reject = 15; }
`;
}
