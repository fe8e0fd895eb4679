import { optionFault } from "./options.js";

const [command, ...rest] = process.argv.slice(2);

try {
  if (command === "servers") {
    const { benchServers } = await import("./servers/main.js");
    await benchServers(rest);
  } else if (command === "soak") {
    const { soakDaemon } = await import("./soak/main.js");
    process.exitCode = (await soakDaemon(rest)) ? 0 : 1;
  } else if (command === "reload") {
    const { benchReload } = await import("./reload/main.js");
    process.exitCode = (await benchReload(rest)) ? 0 : 1;
  } else if (command === "replay") {
    const { benchReplay } = await import("./replay/main.js");
    process.exitCode = (await benchReplay(rest)) ? 0 : 1;
  } else if (command === "smtp-server") {
    const { benchSmtpServer } = await import("./smtp-server/main.js");
    await benchSmtpServer(rest);
  } else {
    await import("./lookups.js");
  }
} catch (error) {
  const fault = optionFault(error);
  if (fault === undefined) throw error;
  console.error(fault);
  process.exitCode = 64;
}
