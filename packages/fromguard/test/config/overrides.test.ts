import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/config.js";
import { overridesFrom, variableOf, variables } from "../../src/config/overrides.js";
import { main } from "../../src/main.js";
import { folderWith } from "../support/folder.js";
import { testIo } from "../support/test-io.js";

const read = (
  yaml: string,
  env: Record<string, string>,
  settings: readonly string[] = [],
  flags: Parameters<typeof overridesFrom>[2] = {},
) => parseConfig(yaml, "f.yaml", overridesFrom(env, settings, flags));

const MAP = 'ownership: [{ login-map: "inline:{a=b}" }]\n';

describe("the name of a variable", () => {
  it.each([
    [["log", "level"], "FROMGUARD_LOG_LEVEL"],
    [["dns", "timeout-ms"], "FROMGUARD_DNS_TIMEOUT_MS"],
    [["on-error"], "FROMGUARD_ON_ERROR"],
  ])("of %j is %s", (path, name) => {
    expect(variableOf(path)).toBe(name);
    expect(variables().get(name)).toEqual(path);
  });

  it("is that of one key only", () => {
    const names = [...variables()].map(([, path]) => variableOf(path));
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThan(100);
  });
});

describe("what stands over the file", () => {
  it("is a flag before a variable, a variable before the file, the file before its preset", () => {
    const yaml = `preset: audit\n${MAP}log: { level: warn, format: text }\ndns: { timeout-ms: 1 }\n`;
    const { log, dns, shadow } = read(yaml, { FROMGUARD_LOG_FORMAT: "json", FROMGUARD_DNS_TIMEOUT_MS: "2" }, [
      "dns.timeout-ms=3",
    ]);
    expect([log.level, log.format, log.audit, dns.timeoutMs, shadow]).toEqual(["warn", "json", true, 3, true]);
  });

  it("is an option of its own before --set, as a name or a number", () => {
    const { user, group } = read(`${MAP}user: a\ngroup: b\n`, { FROMGUARD_USER: "c" }, ["user=d"], { user: "4711" });
    expect([user, group]).toEqual([4711, "b"]);
    expect(() => read(MAP, {}, [], { user: "[]" })).toThrow("--user: user: must be a name or a number");
  });

  it("may be a list, or an entry of one", () => {
    const { listeners } = read(
      "listeners: [{ policy: 127.0.0.1:1 }]\n",
      { FROMGUARD_LISTENERS: '[{ milter: "127.0.0.1:2" }, { http: "127.0.0.1:3" }]' },
      ["listeners[1].http=127.0.0.1:4"],
    );
    expect(listeners.map(({ options }) => Object.values(options)[0])).toEqual(["127.0.0.1:2", "127.0.0.1:4"]);
  });

  it("may be the preset", () => {
    expect(read(MAP, { FROMGUARD_PRESET: "audit" }).shadow).toBe(true);
    expect(read(MAP, {}, ["preset={ inbound-own-domains: { our-domains: [example.com] } }"]).rules).toHaveLength(6);
  });

  it("needs no file's parents, and a map goes before its keys", () => {
    expect(read("", { FROMGUARD_LOG_LEVEL: "warn", FROMGUARD_LOG: "{ level: info, format: text }" }).log).toMatchObject(
      {
        level: "warn",
        format: "text",
      },
    );
  });

  it("is nothing where a variable is empty, is the file's name, or is of somebody else", () => {
    const env = {
      FROMGUARD_LOG_LEVEL: "",
      FROMGUARD_CONFIG: "x.yaml",
      FROMGUARD_SERVICE_HOST: "10.0.0.1",
      PATH: "/bin",
    };
    expect(overridesFrom(env, [])).toEqual([]);
  });

  it.each<[Record<string, string>, readonly string[], string]>([
    [{ FROMGUARD_LOG_LEVEL: "loud" }, [], "FROMGUARD_LOG_LEVEL: log.level: must be debug, info or warn"],
    [{ FROMGUARD_LOG_LVEL: "warn" }, [], "FROMGUARD_LOG_LVEL: unknown variable (did you mean FROMGUARD_LOG_LEVEL?)"],
    [{ FROMGUARD_DNS: "{" }, [], "FROMGUARD_DNS:1:2: not valid YAML"],
    [
      { FROMGUARD_LISTENERS: "[{ polcy: x }]" },
      [],
      "FROMGUARD_LISTENERS: listeners[0].polcy: unknown name (did you mean policy?)",
    ],
    [{}, ["log.lvel=warn"], "--set log.lvel: log.lvel: unknown key (did you mean level?)"],
    [{}, ["log.level"], "--set log.level: is no KEY=VALUE"],
    [{}, ["=x"], "--set =x: is no KEY=VALUE"],
    [{}, ["__proto__.x=1"], "unknown key"],
    [{}, ["listeners[3].milter=x"], "--set listeners[3].milter: there is no entry [3] to be changed"],
    [{}, ["workers=0"], "--set workers: workers: must be"],
  ])("%j %j is a fault that names it", (env, settings, complaint) => {
    expect(() => read("listeners: [{ policy: 127.0.0.1:1 }]\n", env, settings)).toThrow(complaint);
  });
});

describe("the command line", () => {
  it("takes the file from FROMGUARD_CONFIG, and --config goes before it", async () => {
    const folder = await folderWith({ "a.yaml": `${MAP}workers: 3\n`, "b.yaml": `${MAP}workers: 4\n` });
    const workers = async (...argv: readonly string[]) => {
      const io = testIo({ env: { FROMGUARD_CONFIG: `${folder}/a.yaml` } });
      await main(["config", "show", ...argv], io);
      return /^workers: (\d)/m.exec(io.out())?.[1];
    };
    expect([await workers(), await workers("--config", `${folder}/b.yaml`)]).toEqual(["3", "4"]);
  });

  it.each(["check --sender a@example.com", "who a@example.com", "may a", "serve", "config show"])(
    "%s tells a variable that is wrong, with 78",
    async (line) => {
      const folder = await folderWith({ "a.yaml": MAP });
      const io = testIo({ env: { FROMGUARD_CONFIG: `${folder}/a.yaml`, FROMGUARD_WORKERS: "none" } });
      expect(await main(line.split(" "), io)).toBe(78);
      expect(io.err()).toBe("fromguard: FROMGUARD_WORKERS: workers: must be a number from 1 to 256, or auto\n");
    },
  );
});
