import { describe, expect, it } from "vitest";
import { HONEST, serveOwned } from "./support.js";

const RULES = "rules: [login-owns-envelope, header-originators-owned]\n";
const FORGED = HONEST.replace("ann@", "bob@");

describe("beside other plugins", () => {
  it("refuses behind the message what delay_deny lets pass at MAIL FROM for who logged in", async () => {
    const haraka = await serveOwned(RULES, {
      config: { plugins: "fromguard\ndelay_deny\nauth/flat_file\nrcpt_to.in_host_list\nkeep\n" },
    });
    const client = await haraka.open("ann");
    expect(await client.send("bob@example.com", HONEST)).toMatch(/^553 5\.7\.1 /);
    expect(haraka.log).toContain("delay_deny");
    expect(await haraka.queued()).toEqual([]);
  });

  it("judges before the queue what a plugin kept from the hooks before", async () => {
    const haraka = await serveOwned(RULES, {
      config: { plugins: "done\nfromguard\nauth/flat_file\nrcpt_to.in_host_list\nkeep\n" },
      plugins: {
        "done.js": `exports.register = function () {
          this.register_hook("mail", "done", -100);
          this.register_hook("data_post", "done", -100);
        };
        exports.done = (next) => next(OK);`,
      },
    });
    const client = await haraka.open("ann");
    expect(await client.send("bob@example.com", HONEST)).toMatch(/^550 5\.7\.1 /);
    expect(await client.send("ann@example.com", FORGED)).toMatch(/^550 5\.7\.1 /);
    expect(await client.send("ann@example.com", HONEST)).toMatch(/^250 /);
    expect(await haraka.queued()).toHaveLength(1);
  });

  it("judges the header as a plugin left it", async () => {
    const haraka = await serveOwned(RULES, {
      config: { plugins: "fromguard\nrewrite\nauth/flat_file\nrcpt_to.in_host_list\nkeep\n" },
      plugins: {
        "rewrite.js": `exports.hook_data_post = function (next, { transaction }) {
          transaction.remove_header("From");
          transaction.add_header("From", "bob@example.com");
          next();
        };`,
      },
    });
    const client = await haraka.open("ann");
    expect(await client.send("ann@example.com", HONEST)).toMatch(/^550 5\.7\.1 /);
    expect(await haraka.queued()).toEqual([]);
  });

  it("skips what fromguard.ini names, and never who logged in", async () => {
    const policy = "rules: [owned-address-needs-login, login-owns-envelope, header-originators-owned]\n";
    const haraka = await serveOwned(policy, { config: { "fromguard.ini": "[skip]\nlocal_ip=true\n" } });
    expect(await (await haraka.open()).send("ann@example.com", HONEST)).toMatch(/^250 /);
    expect(await (await haraka.open("eve")).command("MAIL FROM:<ann@example.com>")).toMatch(/^553 /);
  });
});

describe("edits", () => {
  it("are in what is queued, and stay there beside Haraka's own Authentication-Results", async () => {
    const haraka = await serveOwned(
      "rules:\n  - stamp-login: { authserv-id: auth.example.com }\n  - header-originators-owned: { cure: { to: envelope } }\n",
    );
    const client = await haraka.open("ann");
    expect(await client.send("ann@example.com", FORGED.replace("Ann ", '"Ann \u00e9" '))).toMatch(/^250 /);
    const [queued] = await haraka.queued();
    expect(queued?.octets).toMatch(/^Authentication-Results: auth\.example\.com; auth=pass smtp\.auth=ann\r\n/);
    expect(queued?.octets).toMatch(/\r\nFrom: [^\r]*<ann@example\.com>\r\nSubject: hello\r\n\r\n\.dot\r\n/);
    expect(queued?.octets).not.toContain("bob@example.com");
  });
});
