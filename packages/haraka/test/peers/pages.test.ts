import { expect, it } from "vitest";
import { namedBlocks, page, shownReply } from "../../../../test/support/named-blocks.js";
import { HONEST, serve } from "./support.js";

it("docs/haraka.md shows files that Haraka starts with, and what it answers then", async () => {
  const text = page("docs/haraka.md");
  const files = namedBlocks(text);
  expect(Object.keys(files).sort()).toEqual([
    "config/fromguard.ini",
    "config/fromguard.yaml",
    "config/plugins",
    "config/sender_login_maps",
  ]);
  const config = Object.fromEntries(Object.entries(files).map(([name, block]) => [name.replace("config/", ""), block]));
  const haraka = await serve({ config });
  const client = await haraka.open("ann");
  const { command, reply } = shownReply(text);
  expect(await client.command(command)).toBe(reply);
  expect(haraka.log).toContain('[fromguard] decision {"action":"reject","code":"envelope-not-owned"');
  expect(await client.command("MAIL FROM:<sales@example.com>")).toMatch(/^250 /);
  await client.command("RSET");
  expect(await client.send("ann+lists@example.com", HONEST)).toMatch(/^250 /);
});

it("packages/haraka/config/fromguard.ini says what holds without it", async () => {
  const shipped = page("packages/haraka/config/fromguard.ini");
  const lines = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith(";"));
  expect(lines(namedBlocks(page("docs/haraka.md"))["config/fromguard.ini"] ?? "")).toEqual(lines(shipped));
});
