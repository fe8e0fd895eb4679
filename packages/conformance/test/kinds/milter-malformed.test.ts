import { describe, expect, it } from "vitest";
import { milterMalformed } from "../../src/kinds/milter-malformed.js";

const OFFER = "0000000d4f00000006000001ff001fffff";
const CONNECT = "0000001b43686f73742e6578616d706c65003400193139322e302e322e3100";
const MAIL = "0000000f4d3c6140622e6578616d706c653e00";
const RCPT = "0000000f523c6340642e6578616d706c653e00";
const ABORT = "0000000141";
const LOGIN = "00000016444d7b617574685f61757468656e7d00616c69636500";
const ZERO_LENGTH = "00000000";
const HALF = "0000001b43";

async function outcome(input: readonly string[], expected: string) {
  const json = { name: "x", input, expect: expected };
  expect(milterMalformed.recognise(json)).toBe(true);
  return milterMalformed.cases({ path: "x.json", json })[0]?.check();
}

describe.concurrent("malformed milter input", () => {
  it.each([
    ["close without an answer", [OFFER, CONNECT, ZERO_LENGTH, MAIL]],
    ["one continue each", [OFFER, CONNECT, LOGIN, MAIL, ABORT, MAIL]],
    ["identical to unsplit delivery", [...OFFER, ...CONNECT].join("").match(/../g) ?? []],
    ["answers in order", [OFFER + CONNECT + `${MAIL}${ABORT}`.repeat(300)]],
    ["wait for more octets; on end of stream close quietly; nothing is evaluated", [OFFER, HALF]],
    ["close, or a temporary failure", [OFFER, CONNECT, RCPT]],
    ["one continue, or close", [OFFER, CONNECT]],
  ])("agrees: %s", async (expected, input) => {
    expect(await outcome(input, expected)).toEqual({ agrees: true });
  });

  it.each([
    ["close without an answer", [OFFER, CONNECT, MAIL], "not closed within 2000 ms, answers Occ"],
    ["one continue", [OFFER, CONNECT, ZERO_LENGTH], "closed with answers Oc"],
    ["close, or a temporary failure", [OFFER, CONNECT, MAIL], "open with answers Occ, no temporary failure last"],
  ])("reports an expectation that does not hold: %s", async (expected, input, got) => {
    expect(await outcome(input, expected)).toEqual({ agrees: false, expected, got });
  });

  it("takes only inputs with their expectation", () => {
    expect(milterMalformed.recognise({ input: [OFFER] })).toBe(false);
    expect(milterMalformed.recognise({ filter: "scripted", filter_script: {}, connections: [] })).toBe(false);
  });
});
