import { withPolicyFile } from "../policy-file.js";

/** The plug-in as Haraka loads it, asked at MAIL FROM. */
export const expected = "init_master init_child mail data_post queue queue_outbound, next, 553 5.7.1";

export async function smoke(load) {
  const exported = await load("haraka-plugin-fromguard");
  return await withPolicyFile(async (policy) => {
    const hooks = [];
    const ini = { main: { policy, listener: "default" }, skip: {} };
    const silent = () => undefined;
    // Haraka puts what a module exports upon an object of its own.
    const plugin = {
      ...exported,
      name: "fromguard",
      config: { get: () => ini, root_path: "/" },
      register_hook: (hook) => hooks.push(hook),
      loginfo: silent,
      logwarn: silent,
      logerror: silent,
    };
    plugin.register();
    const passed = await new Promise((resolve) =>
      plugin.start((...answer) => resolve(answer), { plugins: { registered_hooks: {} } }),
    );
    if (passed.length !== 0) throw new Error(`start answers ${passed}`);
    const answers = [await judgeSender(plugin, "<ann@example.com>"), await judgeSender(plugin, "<bob@example.com>")];
    await plugin.shutdown();
    return [hooks.join(" "), ...answers].join(", ");
  });
}

async function judgeSender(plugin, sender) {
  const silent = () => undefined;
  const connection = {
    remote: { ip: "198.51.100.7", is_private: false, is_local: false },
    hello: { host: "client.example.com" },
    relaying: false,
    notes: { auth_user: "ann" },
    results: { add: silent, get: silent },
    transaction: { uuid: "1", mail_from: { format: () => sender }, rcpt_to: [], results: { add: silent } },
    loginfo: silent,
    logerror: silent,
  };
  const [code, reply] = await new Promise((resolve) => plugin.judge_sender((...answer) => resolve(answer), connection));
  return code === undefined ? "next" : `${reply.code} ${/^\S+/.exec(reply.reply)[0]}`;
}
