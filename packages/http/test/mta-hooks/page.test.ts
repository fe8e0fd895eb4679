import { createGuard, headerOriginatorsOwned, loginOwnsEnvelope, ownedAddresses } from "@fromguard/core";
import { describe, expect, it } from "vitest";
import { createHandler } from "../../src/index.js";
import { readHookRequest } from "../../src/mta-hooks/request.js";
import { blocksOf, pageOf } from "../support/pages.js";
import { hookRequestOf } from "./stalwart.js";

/** The fields of an MtaHook and what JSON they take: stalwart 0.16.19, crates/registry/src/schema/structs.rs and types. */
const MTA_HOOK: Readonly<Record<string, (value: unknown) => boolean>> = {
  allowInvalidCerts: (value) => typeof value === "boolean",
  enable: (value) => isRecord(value) && Object.keys(value).every((key) => key === "match" || key === "else"),
  maxResponseSize: (value) => Number.isInteger(value),
  tempFailOnError: (value) => typeof value === "boolean",
  stages: (value) =>
    isRecord(value) &&
    Object.entries(value).every(([stage, on]) => STAGES.includes(stage) && on === true) &&
    value.data === true,
  timeout: (value) => Number.isInteger(value),
  url: (value) => typeof value === "string" && value.endsWith("/mta-hooks"),
  httpAuth: (value) => isRecord(value) && ["Unauthenticated", "Basic", "Bearer"].includes(String(value["@type"])),
  httpHeaders: isRecord,
};
const STAGES = ["connect", "ehlo", "auth", "mail", "rcpt", "data"];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const [hook, request, answer] = blocksOf("stalwart.md", "json").map((text) => JSON.parse(text) as object);

describe("docs/stalwart.md", () => {
  it("configures a hook as Stalwart has it", () => {
    for (const [key, value] of Object.entries(hook!)) expect(MTA_HOOK[key]?.(value), key).toBe(true);
  });

  it("shows a request and what is answered", async () => {
    const ownership = ownedAddresses({ ann: ["ann@example.com"] });
    const guard = createGuard({ rules: [loginOwnsEnvelope({ ownership }), headerOriginatorsOwned({ ownership })] });
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify(request);
    const asked = new Request("http://localhost/mta-hooks", { method: "POST", headers, body });
    expect(await (await createHandler({ guard })(asked)).json()).toEqual(answer);
  });

  it.each(STAGES)("says what %s tells", (stage) => {
    const raw = Buffer.from("From: ann@example.com\r\n\r\nhi\r\n");
    const read = readHookRequest(hookRequestOf(stage, { login: "ann", ...(stage === "data" ? { raw } : {}) }));
    const [, row = ""] = new RegExp(`^\\| \`${stage}\` \\| (.*?)(?:;.*)? \\|$`, "m").exec(pageOf("stalwart.md")) ?? [];
    const told = row.replace("and login where there is one", "login").split(", ");
    expect(told.sort()).toEqual(Object.keys(read.ok ? read.facts : {}).sort());
  });
});
