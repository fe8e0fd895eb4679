import { rename, rm, writeFile } from "node:fs/promises";
import { createGuard, facts } from "@fromguard/core";
import { fakeResolver } from "@fromguard/core/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Reload } from "../../src/config/following.js";
import { followMainCf } from "../../src/main-cf/follow-main-cf.js";
import { folderWith } from "../support/folder.js";

const MAIN_CF = `compatibility_level = 3.6
myhostname = mx.example.com
myorigin = @DIR@/origin
mydestination =
mynetworks = @DIR@/networks
relay_domains = example.com
smtpd_sasl_auth_enable = yes
smtpd_sender_login_maps = texthash:@DIR@/senders
smtpd_sender_restrictions = permit_mynetworks, reject_sender_login_mismatch
`;

const FILES = { senders: "ann@example.com ann\n", networks: "127.0.0.0/8\n", origin: "example.com\n" };

async function follow(options: { readonly checkMs?: number; readonly mainCf?: string; readonly gone?: string } = {}) {
  const folder = await folderWith(FILES);
  const put = (name: string, text: string) => writeFile(`${folder}/${name}`, text.replaceAll("@DIR@", folder));
  await put("main.cf", options.mainCf ?? MAIN_CF);
  if (options.gone !== undefined) await rm(`${folder}/${options.gone}`);
  const told: Reload[] = [];
  const { checkMs = 0 } = options;
  const onReload = (reload: Reload) => void told.push(reload);
  const followed = await followMainCf(`${folder}/main.cf`, { overrides: [], dns: fakeResolver({}), checkMs, onReload });
  onTestFinished(() => followed.close());
  const guard = createGuard({ rules: [followed.rule] });
  /** The first word of the reply to ann, or to another. */
  const answer = async (sender = "ann@example.com", login: string | null = "ann", client = "192.0.2.7") => {
    const asked = { login, localUser: null, client, helo: "h.example", envelopeFrom: sender };
    const { action, reply } = await guard.check(facts({ ...asked, recipients: ["bob@example.com"] }));
    return reply === undefined ? action : String(reply.code);
  };
  return { folder, put, told, answer, ...followed };
}

describe("a main.cf that is followed", () => {
  it("is not read while nothing changes", async () => {
    const { refresh, told } = await follow();
    await refresh();
    expect(told).toEqual([]);
  });

  it.each([
    ["main.cf", "main.cf", MAIN_CF.replace("reject_sender_login_mismatch", ""), "ann@example.com", null, "accept"],
    ["a table that it names", "senders", "ann@example.com somebody-else\n", "ann@example.com", "ann", "553"],
    ["a list that it names", "networks", "192.0.2.0/24\n", "ann@example.com", "bob", "accept"],
    ["the file of myorigin", "origin", "elsewhere.example.com\n", "ann", "ann", "553"],
  ])("follows %s", async (_what, name, text, sender, login, due) => {
    const { put, refresh, told, answer, folder } = await follow();
    await put(name, text);
    const before = await answer(sender, login);
    expect(told).toEqual([]);
    await refresh();
    expect(told).toEqual([
      {
        what: "main-cf",
        kind: "replaced",
        source: `${folder}/main.cf`,
        text: `${folder}/main.cf was read again`,
        place: {},
        warnings: [],
      },
    ]);
    expect(await answer(sender, login)).toBe(due);
    expect(before).not.toBe(due);
  });

  it("follows a file that it names only since the last change", async () => {
    const { put, refresh, told, answer } = await follow();
    await put("more", "bob@example.com ann\n");
    await put("main.cf", MAIN_CF.replace("login_maps = ", "login_maps = texthash:@DIR@/more "));
    await refresh();
    expect(await answer("bob@example.com")).toBe("accept");
    await put("more", "bob@example.com bob, somebody\n");
    await refresh();
    expect(await answer("bob@example.com")).toBe("553");
    expect(told.map(({ kind }) => kind)).toEqual(["replaced", "replaced"]);
  });

  it("sees a file that was put in place by renaming", async () => {
    const { folder, put, refresh, answer } = await follow();
    await put("new", "ann@example.com somebody-else\n");
    await rename(`${folder}/new`, `${folder}/senders`);
    await refresh();
    expect(await answer()).toBe("553");
  });

  it.each([
    ["a line that is no setting", "main.cf", "smtpd_x\n", /main\.cf:1: missing '=' after attribute name/, 1],
    ["an unknown restriction", "main.cf", `${MAIN_CF}smtpd_helo_restrictions = rejekt_all\n`, /"rejekt_all"/, 10],
    ["a bad value", "main.cf", `${MAIN_CF}smtpd_delay_reject = maybe\n`, /bad boolean configuration/, 10],
    ["no main.cf", "main.cf", undefined, /main\.cf: cannot be read: no such file/, undefined],
    ["no table", "senders", undefined, /senders: it cannot be read: there is no such file/, undefined],
    ["a key twice in a table", "senders", "a b\na c\n", /senders/, undefined],
    ["no list", "networks", undefined, /networks: cannot be read: no such file/, undefined],
    ["no file of myorigin", "origin", undefined, /origin: myorigin: cannot be read/, undefined],
  ])("stays as it was with %s, and says why once; then follows again", async (_what, name, text, why, line) => {
    const { folder, put, refresh, told, answer } = await follow();
    if (text === undefined) await rm(`${folder}/${name}`);
    else await put(name, text);
    await refresh();
    await refresh();
    expect(told).toMatchObject([{ kind: "kept", source: `${folder}/main.cf`, warnings: [] }]);
    expect(told[0]?.text).toMatch(why);
    expect(told[0]?.text).toMatch(/; the main\.cf that was read before stays in use$/);
    if (line !== undefined) expect(told[0]?.place.line).toBe(line);
    expect([await answer(), await answer("ann@example.com", "bob")]).toEqual(["accept", "553"]);
    for (const [file, mended] of Object.entries({ ...FILES, "main.cf": MAIN_CF })) await put(file, mended);
    await put("senders", "ann@example.com bob\n");
    await refresh();
    expect(told.map(({ kind }) => kind)).toEqual(["kept", "replaced"]);
    expect([await answer(), await answer("ann@example.com", "bob")]).toEqual(["553", "accept"]);
  });

  it("begins with a table that cannot be opened, warns, and follows it", async () => {
    const { put, refresh, told, answer, warnings, reload } = await follow({ gone: "senders" });
    expect(warnings).toEqual([expect.stringMatching(/^texthash:.*senders: every lookup that comes to it fails: /)]);
    expect(await answer()).toBe("451");
    await reload();
    expect(told).toMatchObject([{ kind: "replaced", warnings }]);
    await put("senders", "ann@example.com ann\n");
    await refresh();
    expect(told).toMatchObject([{ kind: "replaced" }, { kind: "replaced", warnings: [] }]);
    expect(await answer()).toBe("accept");
  });

  it("tells what is doubtful in what it has read", async () => {
    const { put, reload, told } = await follow();
    await put("main.cf", `${MAIN_CF}virtual_alias_domains = $nothing\n`);
    await reload();
    expect(told).toMatchObject([{ warnings: [expect.stringMatching(/undefined parameter: nothing$/)] }]);
  });

  it("does not begin with a main.cf that is broken", async () => {
    await expect(follow({ mainCf: "smtpd_x\n" })).rejects.toMatchObject({ code: "FG_CONFIG_INVALID" });
  });

  it("looks by itself, and no more once it is closed", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const { close } = await follow({ checkMs: 5000 });
    expect(vi.getTimerCount()).toBe(1);
    close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
