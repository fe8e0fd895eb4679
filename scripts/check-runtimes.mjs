// Packs pattern, core and http, installs the tarballs as a user would, and runs the same smoke test in Node (import and
// require), Deno, Bun and a browser, and one of the HTTP handler in Node, Deno and Bun. Needs a build, npm, and Debian's chromium.
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const DENO = "2.9.6";
const BUN = "1.4.5";
const BROWSER_MS = 60_000;

const root = fileURLToPath(new URL("..", import.meta.url));
const work = mkdtempSync(join(tmpdir(), "fromguard-runtimes-"));
const run = (program, args, cwd = work) =>
  execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

function install() {
  for (const name of ["pattern", "core", "http"])
    run("npx", ["--yes", "pnpm@10.34.9", "pack", "--pack-destination", work], join(root, "packages", name));
  const tarballs = readdirSync(work).filter((name) => name.endsWith(".tgz"));
  writeFileSync(join(work, "package.json"), JSON.stringify({ private: true, type: "module" }));
  run("npm", [
    "install",
    "--no-audit",
    "--no-fund",
    ...tarballs.map((name) => `./${name}`),
    `deno@${DENO}`,
    `bun@${BUN}`,
  ]);
  for (const name of ["smoke.js", "http.js"]) copyFileSync(join(root, "scripts/runtimes", name), join(work, name));
  writeFileSync(join(work, "serve.js"), 'import { smokeHttp } from "./http.js";\nconsole.log(await smokeHttp());\n');
  writeFileSync(join(work, "main.js"), 'import { smoke } from "./smoke.js";\nconsole.log(await smoke());\n');
  writeFileSync(
    join(work, "main.cjs"),
    'const { facts } = require("@fromguard/core");\nrequire("./smoke.js").smoke().then((text) => console.log(facts({ login: "ann" }).login === "ann" ? text : "no"));\n',
  );
}

const PAGE = `<!doctype html><meta charset="utf-8"><script type="importmap">
{"imports": {"@fromguard/core": "/node_modules/@fromguard/core/dist/index.js", "@fromguard/pattern": "/node_modules/@fromguard/pattern/dist/index.js", "@fromguard/pattern/posix": "/node_modules/@fromguard/pattern/dist/posix.js"}}
</script><script type="module">
import { smoke } from "/smoke.js";
const body = await smoke().catch((error) => String(error));
await fetch("/result", { method: "POST", body });
</script>`;

/** Serves the installed packages to headless Chromium and returns what the page reports. */
function inBrowser() {
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      if (request.url === "/result") {
        let body = "";
        request.on("data", (chunk) => {
          body += chunk;
        });
        request.on("end", () => {
          response.end();
          finish(() => resolve(body));
        });
      } else if (request.url === "/") {
        response.setHeader("content-type", "text/html").end(PAGE);
      } else {
        try {
          response.setHeader("content-type", "text/javascript").end(readFileSync(join(work, normalize(request.url))));
        } catch {
          response.writeHead(404).end();
        }
      }
    });
    let child;
    const timer = setTimeout(
      () => finish(() => reject(new Error(`no result from the browser within ${BROWSER_MS} ms`))),
      BROWSER_MS,
    );
    function finish(then) {
      clearTimeout(timer);
      child?.kill();
      server.closeAllConnections();
      server.close(then);
    }
    server.listen(0, "127.0.0.1", () => {
      child = spawn(
        "chromium",
        [
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync",
          `--user-data-dir=${join(work, "profile")}`,
          `http://127.0.0.1:${server.address().port}/`,
        ],
        { stdio: "ignore" },
      );
      child.on("error", (error) => finish(() => reject(error)));
    });
  });
}

let failed = 0;
try {
  install();
  const expectedIn = (name) => /EXPECTED\w* = "(.*)"/.exec(readFileSync(join(work, name), "utf8"))[1];
  const [EXPECTED, EXPECTED_HTTP] = ["smoke.js", "http.js"].map(expectedIn);
  const bin = join(work, "node_modules/.bin");
  const runtimes = {
    "node, import": () => run(process.execPath, ["main.js"]),
    "node, require": () => run(process.execPath, ["main.cjs"]),
    deno: () => run(join(bin, "deno"), ["run", "--allow-env", "main.js"]),
    bun: () => run(join(bin, "bun"), ["main.js"]),
    browser: inBrowser,
    "node, http": () => run(process.execPath, ["serve.js"]),
    "deno, http": () => run(join(bin, "deno"), ["run", "--allow-env", "serve.js"]),
    "bun, http": () => run(join(bin, "bun"), ["serve.js"]),
  };
  for (const [name, attempt] of Object.entries(runtimes)) {
    let got;
    try {
      got = String(await attempt()).trim();
    } catch (error) {
      got = `${error.message}${error.stderr ?? ""}`;
    }
    const ok = got === (name.endsWith("http") ? EXPECTED_HTTP : EXPECTED);
    if (!ok) failed++;
    console.log(`${name}: ${ok ? "ok" : `FAILED: ${got}`}`);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
