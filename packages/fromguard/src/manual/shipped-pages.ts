import { cp, mkdir, readdir } from "node:fs/promises";

/** Where the pages are that warnings and the manual name. */
export const PAGES_SHIPPED =
  "Wherever docs/NAME.md is named, it is a page of the package: $(npm root --global)/fromguard/dist/docs/NAME.md.";

/** Copies the pages of the documentation from one folder to another; not what is generated from the code. */
export async function copyPages(from: URL, to: URL): Promise<readonly string[]> {
  const pages = (await readdir(from)).filter((name) => name.endsWith(".md"));
  await mkdir(to, { recursive: true });
  for (const page of pages) await cp(new URL(page, from), new URL(page, to));
  return pages;
}
