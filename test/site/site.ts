import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Where typedoc writes the site. */
export const SITE = fileURLToPath(new URL("../../docs/api", import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".svg": "image/svg+xml",
};

/** Every page, by its path within the site. */
export function pagesOf(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".html"))
    .sort();
}

/** Serves the site on a port of loopback. */
export async function serve(folder: string): Promise<{ readonly server: Server; readonly address: string }> {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://site").pathname));
    const file = join(folder, path);
    if (relative(folder, file).startsWith("..") || !isFile(file)) {
      response.writeHead(404).end();
      return;
    }
    response
      .writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" })
      .end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Links of a page to what the site lacks: files, and anchors of its pages. */
export function brokenLinks(folder: string): readonly string[] {
  const anchors = new Map<string, ReadonlySet<string>>();
  const anchorsOf = (file: string): ReadonlySet<string> => {
    const known = anchors.get(file);
    if (known !== undefined) return known;
    const found = new Set(
      [...readFileSync(file, "utf8").matchAll(/\sid="([^"]*)"/g)].map(([, id = ""]) => decoded(id)),
    );
    anchors.set(file, found);
    return found;
  };
  return pagesOf(folder).flatMap((page) => {
    const links = readFileSync(join(folder, page), "utf8").matchAll(/\s(?:href|src)="([^"]*)"/g);
    return [...links].flatMap(([, link = ""]) => {
      const url = new URL(decoded(link), `http://site/${page.split("/").map(encodeURIComponent).join("/")}`);
      if (url.host !== "site") return [];
      const file = join(folder, decodeURIComponent(url.pathname));
      const anchor = decodeURIComponent(url.hash.slice(1));
      const isThere = isFile(file) && (anchor === "" || !file.endsWith(".html") || anchorsOf(file).has(anchor));
      return isThere ? [] : [`${page}: ${link}`];
    });
  });
}

function decoded(text: string): string {
  return text
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
