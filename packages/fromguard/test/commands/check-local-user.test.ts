import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const MAIN_CF = `compatibility_level = 3.6
authorized_submit_users = root, ann-of-nowhere, web-of-nowhere
local_login_sender_maps = inline:{ { root = * } }, texthash:@DIR@/senders
`;

async function check(user: string, argv: readonly string[], mainCf = MAIN_CF) {
  const folder = await folderWith({ senders: "ann-of-nowhere ann, ann@example.com\n" });
  await writeFile(`${folder}/main.cf`, mainCf.replaceAll("@DIR@", folder));
  const io = testIo();
  const code = await main(["check", "--main-cf", `${folder}/main.cf`, "--local-user", user, ...argv], io);
  return { code, out: io.out().replaceAll(folder, "@DIR@"), err: io.err().replaceAll(folder, "@DIR@") };
}

const as = (sender: string) => ["--sender", sender];

describe("check --main-cf --local-user", () => {
  it("lets a user send as it is written, and shows what was asked", async () => {
    const { code, out, err } = await check("root", as("x@example.com"));
    expect([code, err]).toEqual([0, ""]);
    expect(out).toBe(`ACCEPT
        at sendmail

  authorized_submit_users
    ok    root, ann-of-nowhere, web-of-nowhere
            source     @DIR@/main.cf:2
  local_login_sender_maps
    ok    inline:{ { root = * } }, texthash:@DIR@/senders
            source     @DIR@/main.cf:3

`);
  });

  it.each([
    ["ann-of-nowhere", "ann@example.com", 0, /^ACCEPT\n/],
    ["ann-of-nowhere", "<ann@example.com>", 0, /^ACCEPT\n/],
    ["ann-of-nowhere", "bob@example.com", 1, /^REJECT {2}not authorized to use sender='bob@example\.com'\n/],
    ["ann-of-nowhere", "<>", 1, /to change +let local_login_sender_maps give the null sender to ann-of-nowhere\n/],
    ["web-of-nowhere", "web", 1, /^REJECT {2}not authorized to use sender='web'\n {8}at sendmail, says local_login_s/],
    ["eve-of-nowhere", "ann", 1, /^REJECT {2}User eve-of-nowhere\(\?\) is not allowed to submit mail\n/],
    ["4294967294", "ann", 1, /^REJECT {2}User unknown\(4294967294\) is not allowed to submit mail\n/],
  ])("%s as %s: %i", async (user, sender, due, words) => {
    const { code, out, err } = await check(user, as(sender));
    expect(code).toBe(due);
    expect(out).toMatch(words);
    expect(err).toBe(/\d/.test(user) ? "" : `warning: no user ${user} in /etc/passwd: judged by the name\n`);
  });

  it("lets everybody send as anybody by default", async () => {
    const { code, out } = await check("eve-of-nowhere", as("alice@example.com"), "compatibility_level = 3.6\n");
    expect(code).toBe(0);
    expect(out).toContain("ok    static:*\n            source     no line of main.cf\n");
  });

  it("prints JSON as one line", async () => {
    const { code, out } = await check("root", [...as("a"), "--override", "authorized_submit_users=ann", "--json"]);
    expect([code, out.match(/\n/g)?.length]).toEqual([1, 1]);
    const reply = "User root(0) is not allowed to submit mail";
    expect(JSON.parse(out)).toMatchObject({
      action: "reject",
      stage: "SUBMIT",
      reply,
      trace: [{ list: "authorized_submit_users", restriction: "ann", result: "reject", reply }],
    });
    const accepted = JSON.parse((await check("root", [...as("a"), "--json"])).out);
    expect(accepted).toMatchObject({ action: "accept", stage: "SUBMIT", trace: [{ result: "ok" }, { result: "ok" }] });
    expect(accepted).not.toHaveProperty("reply");
  });

  it("defers with 75 where a table cannot answer, and warns of it", async () => {
    const { code, out, err } = await check(
      "root",
      as("a"),
      "local_login_sender_maps = texthash:/nonexistent/senders\n",
    );
    expect([code, out.slice(0, 60)]).toEqual([75, "DEFER  local_login_sender_maps table lookup error for 'texth"]);
    expect(err).toMatch(/^warning: texthash:\/nonexistent\/senders: every lookup that comes to it fails: /);
  });

  it.each([
    ["a list that postdrop does not take", [], "authorized_submit_users = root, !\n", 78, "no pattern after '!'"],
    ["a file that is missing", [], "authorized_submit_users = /nonexistent/users\n", 78, "/nonexistent/users"],
    ["a login beside the user", ["--login", "bob"], MAIN_CF, 64, "--login and --local-user exclude one another"],
    ["a client", ["--client", "192.0.2.1"], MAIN_CF, 64, "--client does not go with --local-user: mail of sendmail"],
    ["TLS", ["--tls"], MAIN_CF, 64, "--tls does not go with --local-user"],
  ])("%s ends in one sentence", async (_what, argv, mainCf, due, words) => {
    const { code, out, err } = await check("root", [...as("a"), ...argv], mainCf);
    expect([code, out]).toEqual([due, ""]);
    expect(err).toContain(words);
    expect(err).toMatch(/^fromguard: .*\n$/);
  });

  it("an empty user is wrong usage", async () => {
    expect(await check("", as("a"))).toMatchObject({ code: 64, out: "" });
  });
});
