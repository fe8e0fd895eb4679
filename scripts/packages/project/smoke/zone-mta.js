import { withPolicyFile } from "../policy-file.js";

/** The plug-in as ZoneMTA loads it, asked at MAIL FROM. */
export const expected = "fromguard, smtp:mail_from message:headers message:queue, passed, 553 5.7.1";

export async function smoke(load) {
  const { init, title } = await load("zonemta-fromguard");
  return await withPolicyFile(async (policy) => {
    const hooks = new Map();
    const silent = () => undefined;
    await init({
      config: { policy },
      options: { key: "modules/zonemta-fromguard" },
      manager: { context: "receiver" },
      logger: { info: silent, error: silent },
      addHook: (name, action) => hooks.set(name, action),
      addAnalyzerHook: silent,
      reject: (_envelope, _description, _info, reply) => new Error(reply),
    });
    const judge = hooks.get("smtp:mail_from");
    const answers = [];
    for (const address of ["ann@example.com", "bob@example.com"]) {
      const session = { interface: "feeder", remoteAddress: "198.51.100.7", user: "ann" };
      answers.push(
        await judge({ address }, session).then(
          () => "passed",
          ({ message }) => /^\d{3} \S+/.exec(message)[0],
        ),
      );
    }
    return [title, [...hooks.keys()].join(" "), ...answers].join(", ");
  });
}
