import { describe, expect, test } from "vitest";
import { MacroSets } from "../../src/session/macros.js";
import { mta } from "../recorded.js";

function setsOf() {
  const conflicts: string[] = [];
  const sets = new MacroSets((stage, name) => conflicts.push(`${stage} ${name}`));
  return { sets, conflicts, take: (stage: string, macros: Record<string, string>) => sets.take(dataOf(stage, macros)) };
}

function dataOf(stage: string, macros: Record<string, string>): Buffer {
  return mta.macros(stage, macros).subarray(5);
}

describe("macros", () => {
  test("are looked up at their stage, then at those before it", () => {
    const { sets, take } = setsOf();
    take("C", { j: "mx", "{daemon_name}": "submission" });
    take("M", { i: "1" });
    expect([sets.upTo("E", "i"), sets.upTo("E", "j"), sets.upTo("M", "daemon_name"), sets.upTo("C", "i")]).toEqual([
      "1",
      "mx",
      "submission",
      undefined,
    ]);
  });

  test("with and without braces are the same", () => {
    const { sets, take } = setsOf();
    take("M", { "{i}": "1", auth_authen: "ann" });
    expect([sets.at("M", "i"), sets.at("M", "auth_authen")]).toEqual(["1", "ann"]);
  });

  test("of a stage replace its earlier ones", () => {
    const { sets, take } = setsOf();
    take("R", { "{rcpt_addr}": "a" });
    take("R", { i: "1" });
    expect([sets.at("R", "rcpt_addr"), sets.at("R", "i")]).toEqual([undefined, "1"]);
  });

  test("of a message are forgotten at its end and at the next MAIL, those of the client are not", () => {
    const { sets, take } = setsOf();
    take("C", { j: "mx" });
    take("M", { "{auth_authen}": "ann" });
    sets.beginMessage();
    expect(sets.at("M", "auth_authen")).toBe("ann");
    sets.beginMessage();
    expect(sets.at("M", "auth_authen")).toBeUndefined();
    take("M", { "{auth_authen}": "ann" });
    sets.endMessage();
    expect([sets.at("M", "auth_authen"), sets.at("C", "j")]).toEqual([undefined, "mx"]);
    sets.clear();
    expect(sets.at("C", "j")).toBeUndefined();
  });

  test("of a stage without events, odd ones and unterminated ones are left out", () => {
    const { sets } = setsOf();
    for (const data of ["zj\0x\0", "C", "Cj", "Cj\0", "Cj\0mx\0lonely\0", "Hj\0x"]) sets.take(Buffer.from(data));
    expect([sets.upTo("E", "j"), sets.upTo("E", "lonely")]).toEqual(["mx", undefined]);
  });

  test("with two values count as the first, and are told of", () => {
    const { sets, conflicts } = setsOf();
    sets.take(Buffer.from("M{auth_authen}\0ann\0auth_authen\0bob\0"));
    sets.take(Buffer.from("Ri\x001\0{i}\x001\0"));
    expect([sets.at("M", "auth_authen"), sets.at("M", "auth_authen"), sets.at("R", "i")]).toEqual(["ann", "ann", "1"]);
    expect(conflicts).toEqual(["M auth_authen"]);
  });
});
