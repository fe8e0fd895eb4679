import { describe } from "vitest";
import { whyNotRun } from "../../../fromguard/test/peers/peers.js";
import { whyNot } from "../../../zone-mta/test/peers/zone-mta.js";
import { haraka } from "../surfaces/haraka.js";
import { postfixMilter } from "../surfaces/postfix-milter.js";
import { surfaceTests } from "../surfaces/suite.js";
import { zoneMta } from "../surfaces/zone-mta.js";

const hosts = [
  { kind: postfixMilter, notRun: whyNotRun(["postfix"]) },
  { kind: haraka, notRun: undefined },
  { kind: zoneMta, notRun: whyNot() },
];

for (const { kind, notRun } of hosts) describe.skipIf(notRun !== undefined)(kind.name, () => surfaceTests(kind));
