import { expect, test } from "vitest";
import { type OriginatorPolicy, type OriginatorPreset, originatorPolicy } from "../../src/index.js";

/** The stances of the default that accept; every other refuses. */
const ACCEPTED_BY_DEFAULT: readonly (keyof OriginatorPolicy)[] = [
  "severalAuthorsWithoutSender",
  "group",
  "obsoleteSyntax",
  "localPartCase",
  "brokenEncodedWord",
  "innerFrom",
];

test.each<[preset: OriginatorPreset | undefined, accepted: readonly string[]]>([
  [undefined, ACCEPTED_BY_DEFAULT],
  ["default", ACCEPTED_BY_DEFAULT],
  ["strict", []],
  ["lenient", Object.keys(originatorPolicy())],
  ["relaxed-resent", [...ACCEPTED_BY_DEFAULT, "foreignResent", "redirect"]],
])("the preset %s accepts %j and refuses the rest", (preset, accepted) => {
  const policy = originatorPolicy(preset === undefined ? {} : { preset });
  const expected = Object.keys(policy).map((form) => [form, accepted.includes(form) ? "accept" : "reject"]);
  expect(Object.entries(policy)).toEqual(expected);
  expect(expected).toHaveLength(23);
});
