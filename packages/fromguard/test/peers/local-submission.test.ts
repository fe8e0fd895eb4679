import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { main } from "../../src/main.js";
import { bundleCli } from "../support/bundle-cli.js";
import { testIo } from "../support/test-io.js";
import { Daemon } from "./daemon.js";
import { LocalUsers, type Run, type User } from "./local-users.js";
import { whyNotRun } from "./peers.js";
import { freePorts, PrivatePostfix } from "./postfix.js";
import { submit } from "./smtp-client.js";

const notRun = whyNotRun(["postfix", "postdrop", "unshare", "setpriv"]) ?? LocalUsers.whyNot();

/** The files that the document shows, by their paths. */
const RECIPE = new Map(
  [
    ...readFileSync(fileURLToPath(new URL("../../../../docs/local-submission.md", import.meta.url)), "utf8").matchAll(
      /^```\w*\n# (\/\S+)\n(.*?)^```$/gms,
    ),
  ].map(([, path = "", text = ""]) => [path, text]),
);
const PORT = "127.0.0.1:10026";

function shown(path: string, port: number): string {
  const text = RECIPE.get(path);
  if (text === undefined) throw new Error(`the document shows no ${path}`);
  return text.replaceAll(PORT, `127.0.0.1:${port}`);
}

function mainCf(port: number): Readonly<Record<string, string>> {
  const lines = shown("/etc/postfix/main.cf", port).trimEnd().split("\n");
  return Object.fromEntries(lines.map((line) => line.split(/ = ?(.*)/, 2) as [string, string]));
}

const ROOT: User = { uid: 0, name: "root" };
const ANN: User = { uid: 4001, name: "ann" };
const WEB_APP: User = { uid: 4002, name: "web-app" };
const EVE: User = { uid: 4003, name: "eve" };
const NO_ACCOUNT: User = { uid: 4999, name: undefined };
const USERS = [ROOT, ANN, WEB_APP, EVE, NO_ACCOUNT, { uid: 102, name: "postfix" }, { uid: 65534, name: "nobody" }];

/** One message: its envelope sender, undefined for none on the command line, and its header. */
interface Mail {
  readonly user: User;
  readonly from?: string;
  readonly header?: string;
}

/** The queues of what cleanup and its milters let pass, or hold. */
const JUDGED: readonly string[] = ["active", "deferred", "hold"];

let count = 0;

/** One Postfix, and the users of its machine. */
class Site {
  readonly #users: LocalUsers;

  constructor(readonly postfix: PrivatePostfix) {
    this.#users = new LocalUsers(postfix.folder, USERS);
    const map = join(postfix.folder, "login_senders");
    writeFileSync(map, RECIPE.get("/etc/postfix/login_senders") ?? "");
    execFileSync("chown", ["root:postdrop", map]);
    chmodSync(map, 0o640);
  }

  /** What `sendmail` says, and to whom the message went. */
  sendmail({ user, from, header = "" }: Mail): Run & { readonly recipient: string } {
    const recipient = `rcpt-${++count}@partner.test`;
    const sender = from === undefined ? [] : ["-f", from];
    const input = Buffer.from(`${header}Subject: ${count}\n\nHello.\n`);
    return { ...this.#users.run(user, ["sendmail", ...sender, recipient], { input }), recipient };
  }

  /** The same over SMTP on standard input. */
  dialogue({ user, from = "", header = "" }: Mail): Run & { readonly recipient: string } {
    const recipient = `rcpt-${++count}@partner.test`;
    const lines = ["EHLO x", `MAIL FROM:<${from}>`, `RCPT TO:<${recipient}>`, "DATA", `${header}Subject: ${count}`, ""];
    const input = Buffer.from([...lines, "Hello.", ".", "QUIT", ""].join("\r\n"));
    return { ...this.#users.run(user, ["sendmail", "-bs"], { input }), recipient };
  }

  /** What `fromguard check` says that `sendmail` says; it finds nobody by name, as the users live only in the tests. */
  async check({ user, from = user.name ?? "" }: Mail): Promise<unknown> {
    const maps = mainCf(0).local_login_sender_maps?.replace("/etc/postfix", this.postfix.folder);
    const who = ["--local-user", user.name ?? String(user.uid), "--sender", from];
    const io = testIo();
    const file = join(this.postfix.folder, "main.cf");
    await main(["check", "--main-cf", file, "--override", `local_login_sender_maps=${maps}`, ...who, "--json"], io);
    return JSON.parse(io.out()).reply?.replace("(?)", `(${user.uid})`);
  }

  /** Where the message to that recipient is, and its sender. */
  async arrival(recipient: string): Promise<{ readonly isHeld: boolean; readonly sender: string }> {
    return vi.waitFor(
      async () => {
        const queue = await this.postfix.queue();
        const found = queue.find(({ recipients }) => recipients.some(({ address }) => address === recipient));
        // Until then it is not judged.
        if (found === undefined || !JUDGED.includes(found.queue_name))
          throw new Error(`no message to ${recipient}: ${await this.postfix.log()}`);
        return { isHeld: found.queue_name === "hold", sender: found.sender };
      },
      { timeout: 15_000, interval: 50 },
    );
  }

  /** Runs with main.cf as it is without one of its lines: `sendmail` and `postdrop` read it each time. */
  without<T>(parameter: string, run: () => T): T {
    const file = join(this.postfix.folder, "main.cf");
    const text = readFileSync(file, "utf8");
    const write = (lines: string) => {
      writeFileSync(file, lines);
      // Postfix waits until a file that was just written has cooled down.
      utimesSync(file, 1e9, 1e9);
    };
    write(text.replace(new RegExp(`^${parameter} = .*\n`, "m"), ""));
    try {
      return run();
    } finally {
      write(text);
    }
  }
}

const FORGED = "From: bob@example.com\n";

describe.skipIf(notRun !== undefined)(`the recipe of docs/local-submission.md${notRun ? ` (${notRun})` : ""}`, () => {
  let daemon: Daemon;
  let site: Site;
  /** The recipe without `non_smtpd_milters`, with the `mynetworks` of Debian. */
  let open: Site;
  /** The recipe beside a fromguard that is down, and the same where `milter_default_action` is `accept`. */
  let down: Site;
  let careless: Site;

  beforeAll(async () => {
    const [port, deadPort] = (await freePorts(2)) as [number, number];
    daemon = await Daemon.start({
      cli: await bundleCli(),
      config: shown("/etc/fromguard/fromguard.yaml", port),
      ready: /"ready"/,
    });
    const start = async (settings: Readonly<Record<string, string>>) =>
      new Site(await PrivatePostfix.start({ mainCf: settings, smtpds: { smtp: {} } }));
    const { non_smtpd_milters: _milter, ...withoutMilter } = mainCf(port);
    site = await start(mainCf(port));
    open = await start({ ...withoutMilter, mynetworks: "127.0.0.0/8 [::1]/128" });
    down = await start(mainCf(deadPort));
    careless = await start({ ...mainCf(deadPort), milter_default_action: "accept" });
  });

  afterAll(async () => {
    for (const one of [site, open, down, careless]) await one?.postfix.stop();
    await daemon?.stop();
  });

  test("shows no other file and no other line than those that are tested here", () => {
    expect([...RECIPE.keys()]).toEqual([
      "/etc/postfix/main.cf",
      "/etc/postfix/login_senders",
      "/etc/fromguard/fromguard.yaml",
    ]);
    const lines = ["authorized_submit_users", "local_login_sender_maps", "non_smtpd_milters"];
    expect(Object.keys(mainCf(1))).toEqual([...lines, "milter_default_action", "mynetworks"]);
  });

  test.each<[string, Mail, string]>([
    ["a user without -f and without From", { user: ANN }, "ann@mail.example.com"],
    ["a user as himself", { user: ANN, from: "ann@example.com", header: "From: ann@example.com\n" }, "ann@example.com"],
    ["a user with his name in From", { user: ANN, header: "From: Ann <ann>\n" }, "ann@mail.example.com"],
    ["an application with a second address", { user: WEB_APP, from: "noreply@example.com" }, "noreply@example.com"],
    ["root as anybody", { user: ROOT, from: "bob@example.com", header: FORGED }, "bob@example.com"],
  ])("sends: %s", async (_, mail, sender) => {
    const { status, stderr, recipient } = site.sendmail(mail);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(await site.arrival(recipient)).toEqual({ isHeld: false, sender });
  });

  test.each<[string, Mail, string]>([
    ["who is not listed", { user: EVE }, "User eve(4003) is not allowed to submit mail"],
    [
      "who has no account",
      { user: NO_ACCOUNT, from: "ann@example.com" },
      "User unknown(4999) is not allowed to submit mail",
    ],
    ["a foreign sender", { user: ANN, from: "bob@example.com" }, "not authorized to use sender='bob@example.com'"],
    [
      "the sender of another user",
      { user: WEB_APP, from: "ann@example.com" },
      "not authorized to use sender='ann@example.com'",
    ],
    ["the bare name of another user", { user: WEB_APP, from: "ann" }, "not authorized to use sender='ann'"],
    ["the null sender", { user: ANN, from: "<>" }, "not authorized to use sender=''"],
  ])("refuses: %s; and fromguard check says so", async (_, mail, text) => {
    const { status, stderr } = site.sendmail(mail);
    expect(status).not.toBe(0);
    expect(stderr).toContain(text);
    expect(await site.check(mail)).toBe(text);
  });

  test("refuses a foreign sender over sendmail -bs, and sends an own one", async () => {
    const header = "From: ann@example.com\r\n";
    const foreign = site.dialogue({ user: ANN, from: "bob@example.com", header });
    expect(foreign.stdout).toMatch(/^354 .*\r\n451 4\.3\.0 Error: internal error 512\r$/m);
    const own = site.dialogue({ user: ANN, from: "ann@example.com", header });
    expect(own.stdout).toMatch(/^250 .* queued as/m);
    expect(await site.arrival(own.recipient)).toEqual({ isHeld: false, sender: "ann@example.com" });
  });

  test.each<[string, Mail]>([
    ["a foreign From behind the own sender", { user: ANN, from: "ann@example.com", header: FORGED }],
    ["a foreign From without -f", { user: ANN, header: FORGED }],
    ["a foreign second author", { user: ANN, header: "From: ann, bob@example.com\n" }],
    ["a foreign Sender", { user: ANN, header: "From: ann\nSender: bob@example.com\n" }],
    ["a foreign address in the name", { user: ANN, header: 'From: "bob@example.com" <ann>\n' }],
    ["the null sender, from root", { user: ROOT, from: "<>", header: FORGED }],
  ])("holds: %s", async (_, mail) => {
    const { status, recipient } = site.sendmail(mail);
    expect(status).toBe(0);
    expect(await site.arrival(recipient)).toMatchObject({ isHeld: true });
  });

  test("holds a foreign From over sendmail -bs", async () => {
    const { recipient } = site.dialogue({ user: ANN, from: "ann@example.com", header: FORGED.replace("\n", "\r\n") });
    expect(await site.arrival(recipient)).toMatchObject({ isHeld: true });
  });

  const relay = (one: Site) =>
    submit({ port: one.postfix.port("smtp"), mailFrom: "<bob@example.com>", message: `${FORGED}\r\n` });

  test("refuses the way over port 25", async () => {
    expect(await relay(site)).toMatchObject({
      stage: "RCPT",
      code: 554,
      text: expect.stringMatching(/Relay access denied$/),
    });
  });

  test("without authorized_submit_users everybody gets as far as the sender", () => {
    const mail = { user: EVE, from: "eve@example.com" };
    const { stderr } = site.without("authorized_submit_users", () => site.sendmail(mail));
    expect(stderr).toContain("not authorized to use sender='eve@example.com'");
  });

  test("without local_login_sender_maps any sender passes, and its header with it", async () => {
    const mail = { user: ANN, from: "bob@example.com", header: FORGED };
    const { status, recipient } = site.without("local_login_sender_maps", () => site.sendmail(mail));
    expect(status).toBe(0);
    expect(await site.arrival(recipient)).toEqual({ isHeld: false, sender: "bob@example.com" });
  });

  test("without non_smtpd_milters any From passes", async () => {
    const { recipient } = open.sendmail({ user: ANN, from: "ann@example.com", header: FORGED });
    expect(await open.arrival(recipient)).toEqual({ isHeld: false, sender: "ann@example.com" });
  });

  test("without mynetworks a local user sends as anybody over port 25", async () => {
    expect(await relay(open)).toMatchObject({ stage: "END", code: 250 });
  });

  test("with tempfail nothing passes while fromguard is down; with accept it does", async () => {
    const mail = { user: ANN, from: "ann@example.com", header: FORGED };
    expect(down.sendmail(mail).status).toBe(0);
    await vi.waitFor(async () => expect(await down.postfix.log()).toMatch(/milter-reject: .* 4\.7\.1 /), {
      timeout: 15_000,
    });
    expect((await down.postfix.queue()).map(({ queue_name }) => queue_name)).toEqual(["maildrop"]);
    expect(readdirSync(join(down.postfix.folder, "queue/maildrop"))).toHaveLength(1);
    const { recipient } = careless.sendmail(mail);
    expect(await careless.arrival(recipient)).toMatchObject({ isHeld: false });
  });
});
