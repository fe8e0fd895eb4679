import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { page } from "./support/named-blocks.js";
import { PAGES } from "./support/shown.js";

const { projectDocuments }: { readonly projectDocuments: readonly string[] } = JSON.parse(page("typedoc.json"));

/** The pages below a part of the site. */
function childrenOf(path: string): readonly string[] {
  const [, head = ""] = /^---\nchildren:\n(.*?)---\n/s.exec(page(path)) ?? [];
  return [...head.matchAll(/^ {2}- (\S+)$/gm)].map(([, name = ""]) =>
    new URL(name, `http://root/${path}`).pathname.slice(1),
  );
}

const children = projectDocuments.flatMap(childrenOf);

it("has parts that the README leads to", () => {
  for (const path of projectDocuments) expect(page("README.md")).toContain(`](${path})`);
});

it("shows every page of docs once", () => {
  const due = PAGES.filter((path) => path.startsWith("docs/") && !projectDocuments.includes(path));
  expect([...children].sort()).toEqual([...due, "SECURITY.md"].sort());
});

it.each(projectDocuments)("%s links to what is below it, and says nothing of pages that are not there", (path) => {
  const links = [...page(path).matchAll(/\]\(([^)]+\.md)\)/g)].map(([, link = ""]) =>
    new URL(link, `http://root/${path}`).pathname.slice(1),
  );
  expect([...links].sort()).toEqual([...childrenOf(path)].sort());
});

it("lists every decision in order", () => {
  const folder = fileURLToPath(new URL("../docs/adr", import.meta.url));
  expect(childrenOf("docs/decisions.md")).toEqual(
    readdirSync(folder)
      .sort()
      .map((name) => `docs/adr/${name}`),
  );
});

it.each(PAGES)("%s links to files that are there", (path) => {
  const links = [...page(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, link = ""]) =>
    new URL(link, `file:///${path}`).pathname.slice(1),
  );
  const there = (link: string) =>
    readdirSync(fileURLToPath(new URL(`../${link.replace(/[^/]+\/?$/, "")}`, import.meta.url))).includes(
      link.replace(/\/$/, "").split("/").pop() ?? "",
    );
  expect(links.filter((link) => !there(link))).toEqual([]);
});
