import { deny } from "haraka-constants";
import type { HarakaConnection, HarakaPlugin, HarakaServer, Next } from "./host.js";
import { Protection } from "./protection.js";

const protections = new WeakMap<HarakaPlugin, Protection>();

/** Hooks before those of other plugins, which may end a hook. */
const FIRST = -100;

/** Hooks in which no other plugin may stand before this one: what it lets through would go out unjudged. */
const LAST_HOOKS = ["queue", "queue_outbound"];

/** Called by Haraka once the plugin is loaded. */
export function register(this: HarakaPlugin): void {
  protections.set(this, new Protection(this));
  this.register_hook("init_master", "start_master", FIRST);
  this.register_hook("init_child", "start", FIRST);
  this.register_hook("mail", "judge_sender", FIRST);
  this.register_hook("data_post", "judge_message", FIRST);
  for (const hook of LAST_HOOKS) this.register_hook(hook, "judge_queued", FIRST);
}

/** Ends the process, by Haraka, where the policy cannot be read. */
export async function start(this: HarakaPlugin, next: Next, server: HarakaServer): Promise<void> {
  try {
    refuseLateHooks(this, server);
    const warnings = await protectionOf(this).ready();
    for (const warning of warnings) this.logwarn(warning);
    next();
  } catch (error) {
    next(deny, `fromguard: ${(error as Error).message}`);
  }
}

/** As {@link start}; the master of a cluster serves no mail, and follows no files. */
export async function start_master(this: HarakaPlugin, next: Next, server: HarakaServer): Promise<void> {
  await start.call(this, next, server);
  if (server.cluster?.isMaster === true) await shutdown.call(this);
}

/** At MAIL FROM. */
export async function judge_sender(this: HarakaPlugin, next: Next, connection: HarakaConnection): Promise<void> {
  await protectionOf(this).judgeSender(next, connection);
}

/** Behind the message. */
export async function judge_message(this: HarakaPlugin, next: Next, connection: HarakaConnection): Promise<void> {
  await protectionOf(this).judgeReceived(next, connection);
}

/** Before the message is queued. */
export async function judge_queued(this: HarakaPlugin, next: Next, connection: HarakaConnection): Promise<void> {
  await protectionOf(this).judgeToSend(next, connection);
}

/** Called by Haraka when the process ends. */
export async function shutdown(this: HarakaPlugin): Promise<void> {
  await protections.get(this)?.close();
}

function protectionOf(plugin: HarakaPlugin): Protection {
  const protection = protections.get(plugin);
  if (protection === undefined) throw new Error("register was not called");
  return protection;
}

function refuseLateHooks({ name }: HarakaPlugin, { plugins }: HarakaServer): void {
  for (const hook of LAST_HOOKS) {
    const [first] = plugins.registered_hooks[hook] ?? [];
    if (first === undefined || first.plugin === name) continue;
    throw new Error(`${first.plugin} stands before it in the hook ${hook}: name fromguard first in config/plugins`);
  }
}
