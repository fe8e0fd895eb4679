import { exitCodes } from "fromguard";
import type { ZoneAddress, ZoneApp, ZoneEnvelope, ZoneSession } from "./host.js";
import { Protection } from "./protection.js";

/** How ZoneMTA's log calls the plugin. */
export const title = "fromguard";

/**
 * Called by ZoneMTA once in each process that the section is enabled for.
 *
 * ZoneMTA logs a plugin that fails and goes on without it. The hooks are therefore there before the policy is read, and defer everything
 * where it cannot be; the main process ends.
 */
export async function init(app: ZoneApp): Promise<void> {
  const protection = new Protection(app);
  app.addHook("smtp:mail_from", (address: ZoneAddress, session: ZoneSession) =>
    protection.judgeSender(address, session),
  );
  app.addAnalyzerHook((envelope, source, destination) => protection.listen(envelope, source, destination));
  app.addHook("message:headers", (envelope: ZoneEnvelope, info: unknown) => protection.judgeReceived(envelope, info));
  app.addHook("message:queue", (envelope: ZoneEnvelope, info: unknown) => protection.judgeToSend(envelope, info));
  try {
    const warnings = await protection.ready();
    for (const warning of warnings) app.logger.info(title, "%s", warning);
  } catch (error) {
    if (app.manager.context !== "main") throw error;
    app.logger.error(title, "%s", (error as Error).message);
    process.exit(exitCodes.configuration);
  }
}
