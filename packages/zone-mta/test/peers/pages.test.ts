import { describe, expect, it } from "vitest";
import { namedBlocks, page, shownReply } from "../../../../test/support/named-blocks.js";
import { HONEST } from "./support.js";
import { whyNot, ZoneMta } from "./zone-mta.js";

const HEAD = '["modules/zonemta-fromguard"]\n';

describe.skipIf(whyNot())("docs/zone-mta.md", () => {
  const text = page("docs/zone-mta.md");
  const { "config/plugins/fromguard.toml": toml = "", "config/zonemta.toml": _include, ...files } = namedBlocks(text);

  it.each([
    ["shows files", toml],
    ["has the package's own file", page("packages/zone-mta/config/fromguard.toml")],
  ])("%s that ZoneMTA starts with, and what it answers then", async (_what, plugin) => {
    expect(Object.keys(files).sort()).toEqual(["config/fromguard.yaml", "config/sender_login_maps"]);
    const section = plugin.slice(plugin.indexOf(HEAD) + HEAD.length);
    const zone = await ZoneMta.start("receiver", { files, section });
    expect(zone.loaded[0]).toBe("fromguard");
    const client = await zone.open("ann");
    const { command, reply } = shownReply(text);
    expect(await client.command(command)).toBe(reply);
    expect(await client.command("MAIL FROM:<sales@example.com>")).toMatch(/^250 /);
    await client.command("RSET");
    expect(await client.send("ann+lists@example.com", HONEST)).toMatch(/^250 /);
  });
});
