// Packs every public package, installs the tarballs with npm as a user would, and uses them: the smoke test of each by import and
// by require on each line of Node, in Deno and Bun, and in a browser; the worker of the examples in workerd; the command line,
// installed globally; and their types. Needs a build and npm; the browser is Debian's chromium.
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hasBrowser, smokeInBrowser } from "./packages/browser.mjs";
import { installGlobally, installInto, packAll } from "./packages/install.mjs";
import { run } from "./packages/run.mjs";
import { askWorkerd, TOLD_BY_WORKERD } from "./packages/workerd.mjs";

/** The first release that is supported, and the newest of each later line. */
const NODES = ["20.19.0", "22.23.5", "24.22.3"];
const OTHERS = [
  "deno@2.9.6",
  "bun@1.4.5",
  "typescript@5.9.3",
  "@types/node@20.19.43",
  "esbuild@0.27.7",
  "workerd@1.20261117.1",
];

const WAYS = [
  ["import", "by-import.mjs"],
  ["require", "by-require.cjs"],
];

/** Where a package is meant to run. */
const ANYWHERE = ["pattern", "core"];
const SERVERS = [...ANYWHERE, "postfix", "node", "policy", "milter", "http", "smtp-server", "fromguard"];
const NODE = [...SERVERS, "haraka", "zone-mta"];

const work = mkdtempSync(join(tmpdir(), "fromguard-packages-"));
const [packed, project, prefix] = ["packed", "project", "prefix"].map((name) => join(work, name));
for (const folder of [packed, project, prefix]) mkdirSync(folder);
const installed = (path) => join(project, "node_modules", path);

let failed = 0;
/** Tells whether an attempt answers what it must. */
async function check(name, attempt, expected) {
  const got = await attempt().catch((error) => error.message);
  if (got === expected) return console.log(`${name}: ok`);
  failed++;
  console.log(`${name}: FAILED: ${got}`);
}

const all = (names) => `${names.length} packages`;

async function checkRuntimes() {
  for (const version of NODES) {
    const node = installed(`node-${version}/bin/node`);
    for (const [how, file] of WAYS)
      await check(`node ${version}, ${how}`, () => run(node, [file, ...NODE], project), all(NODE));
  }
  for (const [how, file] of WAYS) {
    const deno = ["run", "--allow-all", file, ...SERVERS];
    await check(`deno, ${how}`, () => run(installed(".bin/deno"), deno, project), all(SERVERS));
    await check(`bun, ${how}`, () => run(installed(".bin/bun"), [file, ...SERVERS], project), all(SERVERS));
  }
  await check("workerd", () => askWorkerd(project), TOLD_BY_WORKERD);
  if (process.env.CI !== "true" && !(await hasBrowser())) return console.log("browser: not run: no chromium");
  await check("browser", () => smokeInBrowser(project, ANYWHERE), all(ANYWHERE));
}

/** `fromguard check` as a user types it, of an honest sender and of a forged one. */
async function checkCommandLine(tarballs) {
  await installGlobally(prefix, tarballs);
  const programs = {
    "npx fromguard": ["npx", "--no", "fromguard"],
    "npm install --global": [join(prefix, "bin/fromguard")],
    ...Object.fromEntries(
      NODES.map((version) => [`node ${version}`, [installed(`node-${version}/bin/node`), installed(".bin/fromguard")]]),
    ),
  };
  for (const [name, [program, ...args]] of Object.entries(programs)) {
    const judge = (sender) =>
      run(
        program,
        [...args, "check", "--config", "fromguard.yaml", "--login", "ann", "--sender", sender],
        project,
      ).then(
        () => "accepted",
        ({ message }) => (message.includes("553 5.7.1") ? "refused" : message),
      );
    const both = async () => `${await judge("ann@example.com")} ${await judge("bob@example.com")}`;
    await check(`fromguard check, ${name}`, both, "accepted refused");
  }
}

async function checkTypes() {
  const common = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2023,dom,dom.iterable", "--types", "node"];
  copyFileSync(join(project, "types.ts"), join(project, "types.cts"));
  for (const [name, module, resolution, ...rest] of [
    ["ES module, node16; declarations too", "node16", "node16", "types.ts"],
    ["CommonJS, nodenext", "nodenext", "nodenext", "types.cts", "--skipLibCheck"],
    ["bundler", "esnext", "bundler", "types.ts", "--skipLibCheck"],
  ]) {
    const args = [...common, "--module", module, "--moduleResolution", resolution, ...rest];
    await check(`types, ${name}`, () => run(installed(".bin/tsc"), args, project), "");
  }
}

try {
  const tarballs = await packAll(packed);
  const nodes = NODES.map((version) => `node-${version}@npm:node-${process.platform}-${process.arch}@${version}`);
  await installInto(project, [...tarballs, ...nodes, ...OTHERS]);
  await checkRuntimes();
  await checkCommandLine(tarballs);
  await checkTypes();
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
