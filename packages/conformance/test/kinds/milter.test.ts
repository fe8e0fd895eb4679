import { describe, expect, it } from "vitest";
import { milter } from "../../src/kinds/milter.js";

const OFFER = ["mta", "0000000d4f00000006000001ff001fffff"];
const AGREED = ["filter", "0000000d4f00000006000001ff00000000"];
const CONNECT = ["mta", "0000001b43686f73742e6578616d706c65003400193139322e302e322e3100"];
const MAIL = ["mta", "0000000f4d3c6140622e6578616d706c653e00"];
const END_OF_HEADER = ["mta", "000000014e"];
const END = ["mta", "0000000145"];
const CONTINUE = ["filter", "0000000163"];
const REJECT = ["filter", "0000000172"];
const ADD_HEADER = ["filter", "0000000968582d41006f6e6500"];
const BROKEN_CONTINUE = ["filter", "000000026378"];

function recording(filter: "libmilter 8.17.1" | "scripted", script: object, frames: readonly (readonly string[])[]) {
  return { name: "x", filter, filter_script: script, connections: [{ frames: [...frames, ["mta-close", ""]] }] };
}

async function outcome(json: unknown) {
  expect(milter.recognise(json)).toBe(true);
  const cases = milter.cases({ path: "x.json", json });
  expect(cases).toHaveLength(1);
  return cases[0]?.check();
}

const adding = { on: { eom: { do: [["addheader", "X-A", "one"]] } } };
const rejecting = {
  on: { mail: { seq: ["continue", { do: [["setreply", "450", "4.7.1", "later"]], ret: "reject" }] } },
};

describe("milter sessions", () => {
  it.each([
    ["continues where the script says nothing", {}, [OFFER, AGREED, CONNECT, CONTINUE, MAIL, CONTINUE, END, CONTINUE]],
    ["adds a header at the end", adding, [OFFER, AGREED, MAIL, CONTINUE, END, ADD_HEADER, CONTINUE]],
    [
      "takes the nth step, a reply of another class not counting",
      rejecting,
      [OFFER, AGREED, MAIL, CONTINUE, MAIL, REJECT],
    ],
    [
      "keeps silent where that was agreed",
      { steps: 0x4000 },
      [OFFER, ["filter", "0000000d4f00000006000001ff00004000"], MAIL, END, CONTINUE],
    ],
  ])("agrees: %s", async (_what, script, frames) => {
    expect(await outcome(recording("libmilter 8.17.1", script, frames))).toEqual({ agrees: true });
  });

  it.each([
    ["another verdict", {}, [OFFER, AGREED, MAIL, REJECT], "frame 2 (M), frame by frame: 0000000172"],
    ["a missing answer", {}, [OFFER, AGREED, MAIL, END, CONTINUE], "frame 2 (M), frame by frame: no answer"],
    [
      "an edit that is not in the script",
      {},
      [OFFER, AGREED, MAIL, CONTINUE, END, ADD_HEADER, CONTINUE],
      "000000096858",
    ],
    ["other steps", { steps: 0x80 }, [OFFER, AGREED], "frame 1 (O)"],
    ["a frame that our codec cannot read", {}, [OFFER, AGREED, MAIL, BROKEN_CONTINUE], "the same octets, 000000026378"],
  ])("reports %s", async (_what, script, frames, expected) => {
    const result = await outcome(recording("libmilter 8.17.1", script, frames));
    expect(result).toMatchObject({ agrees: false, expected: expect.stringContaining(expected) });
  });

  it.each([
    ["data behind a continue", [OFFER, AGREED, MAIL, BROKEN_CONTINUE]],
    ["an edit before the end of the message", [OFFER, AGREED, MAIL, CONTINUE, END_OF_HEADER, ADD_HEADER, CONTINUE]],
    ["actions that were not offered", [OFFER, ["filter", "0000000d4f000000060000ffff00000000"]]],
  ])("agrees where a raw filter sent %s, since we refuse to", async (_what, frames) => {
    expect(await outcome(recording("scripted", {}, frames))).toEqual({ agrees: true });
  });

  it.each([
    ["in numbers", { neg: [2, 0x3f, 0] }],
    ["in a frame", { negraw: "0000000d4f000000020000003f00000000" }],
  ])("negotiates what a raw script asks for %s", async (_what, script) => {
    const frames = [OFFER, ["filter", "0000000d4f000000020000003f00000000"], MAIL, CONTINUE];
    expect(await outcome(recording("scripted", script, frames))).toEqual({ agrees: true });
  });

  it("reports frames of an MTA that our server does not understand", async () => {
    const frames = [OFFER, AGREED, ["mta", "000000017a"]];
    expect(await outcome(recording("scripted", {}, frames))).toMatchObject({ agrees: false });
  });

  it("knows the connection of several in which it disagrees", async () => {
    const one = recording("libmilter 8.17.1", {}, [OFFER, AGREED]);
    const two = recording("libmilter 8.17.1", {}, [OFFER, AGREED, MAIL, REJECT]);
    const both = { ...one, connections: [...one.connections, ...two.connections] };
    expect(await outcome(both)).toMatchObject({ expected: expect.stringMatching(/^connection 2, frame 2/) });
  });

  it.each([
    ["an unknown verdict", { on: { mail: "explode" } }],
    ["an unknown operation", { on: { eom: { do: [["explode"]] } } }],
  ])("does not take %s for agreement", async (_what, script) => {
    const frames = [OFFER, AGREED, MAIL, CONTINUE, END, CONTINUE];
    expect(await outcome(recording("libmilter 8.17.1", script, frames))).toMatchObject({ agrees: false });
  });

  it("takes only recordings", () => {
    expect(milter.recognise({ input: [], expect: "close" })).toBe(false);
    expect(milter.recognise([])).toBe(false);
  });
});
