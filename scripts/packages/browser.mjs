import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, normalize } from "node:path";
import { run } from "./run.mjs";

const BROWSER_MS = 60_000;

const page = (names) => `<!doctype html><meta charset="utf-8"><script type="importmap">
{"imports": {
  "@fromguard/core": "/node_modules/@fromguard/core/dist/index.js",
  "@fromguard/core/testing": "/node_modules/@fromguard/core/dist/testing.js",
  "@fromguard/pattern": "/node_modules/@fromguard/pattern/dist/index.js",
  "@fromguard/pattern/posix": "/node_modules/@fromguard/pattern/dist/posix.js"
}}
</script><script type="module">
import { smokeAll } from "/smoke.js";
const body = await smokeAll((name) => import(name), ${JSON.stringify(names)}).catch(String);
await fetch("/result", { method: "POST", body });
</script>`;

/** Whether there is a browser. */
export function hasBrowser() {
  return run("chromium", ["--version"], ".").then(
    () => true,
    () => false,
  );
}

/** Serves the folder, where the packages are installed, to headless Chromium and returns what the page reports. */
export function smokeInBrowser(folder, names) {
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
        response.setHeader("content-type", "text/html").end(page(names));
      } else {
        try {
          response.setHeader("content-type", "text/javascript").end(readFileSync(join(folder, normalize(request.url))));
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
          `--user-data-dir=${join(folder, "profile")}`,
          `http://127.0.0.1:${server.address().port}/`,
        ],
        { stdio: "ignore" },
      );
      child.on("error", (error) => finish(() => reject(error)));
    });
  });
}
