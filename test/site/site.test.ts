import { existsSync, readFileSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { whyNotRun } from "../../packages/fromguard/test/peers/peers.js";
import { brokenLinks, pagesOf, SITE, serve } from "./site.js";

const CHROMIUM = "/usr/bin/chromium";
const PHONE = { width: 390, height: 844 };
const LEAST_FONT_PX = 14;
/** WCAG 2.1, 1.4.3. */
const LEAST_CONTRAST = 4.5;
const TABS = 4;

/** What a reader sees of a page, as the browser tells it. */
interface Seen {
  readonly width: number;
  readonly smallest: number;
  readonly smallestText: string;
  readonly background: string;
  readonly faintest: number;
  readonly faintestText: string;
}

/** Runs in the page. */
function look(): Seen {
  type Colour = readonly [red: number, green: number, blue: number, alpha: number];
  const numbers = (colour: string): Colour => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    return [red, green, blue, alpha];
  };
  const luminance = (colour: Colour) => {
    const [red = 0, green = 0, blue = 0] = colour.slice(0, 3).map((value) => {
      const share = value / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backgroundOf = (element: Element | null): string => {
    for (let each = element; each !== null; each = each.parentElement) {
      const { backgroundColor } = getComputedStyle(each);
      if (numbers(backgroundColor)[3] > 0) return backgroundColor;
    }
    return "rgb(255, 255, 255)";
  };
  let [smallest, smallestText, faintest, faintestText] = [Number.POSITIVE_INFINITY, "", Number.POSITIVE_INFINITY, ""];
  const content = document.querySelector(".col-content") ?? document.body;
  const walker = document.createTreeWalker(content, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? "";
    if (element === null || text === "" || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const size = Number.parseFloat(style.fontSize);
    if (size < smallest) [smallest, smallestText] = [size, text];
    const [one, other] = [luminance(numbers(style.color)), luminance(numbers(backgroundOf(element)))];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < faintest) [faintest, faintestText] = [contrast, text];
  }
  return {
    width: document.documentElement.scrollWidth,
    smallest,
    smallestText: smallestText.slice(0, 40),
    background: getComputedStyle(document.body).backgroundColor,
    faintest,
    faintestText: faintestText.slice(0, 40),
  };
}

describe.skipIf(whyNotRun([CHROMIUM], { root: false }) !== undefined)("the site", () => {
  const pages = existsSync(SITE) ? pagesOf(SITE) : [];
  let browser: Browser;
  let site: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    site = await serve(SITE);
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    site?.server.close();
  });

  /** Opens pages, several at once; what is wrong with it, in words. */
  async function faultsOf(
    paths: readonly string[],
    context: BrowserContext,
    judge: (seen: Seen) => readonly string[],
  ): Promise<readonly string[]> {
    const left = [...paths];
    const faults: string[] = [];
    const visit = async (tab: Page) => {
      let path = "";
      tab.on("console", (message) => message.type() === "error" && faults.push(`${path}: ${message.text()}`));
      tab.on("pageerror", ({ message }) => faults.push(`${path}: ${message}`));
      tab.on(
        "response",
        (response) => response.status() >= 400 && faults.push(`${path}: ${response.status()} ${response.url()}`),
      );
      for (path = left.pop() ?? ""; path !== ""; path = left.pop() ?? "") {
        await tab.goto(`${site.address}/${path.split("/").map(encodeURIComponent).join("/")}`);
        await tab.waitForFunction(() => document.body.style.display !== "none");
        faults.push(...judge(await tab.evaluate(look)).map((fault) => `${path}: ${fault}`));
      }
      await tab.close();
    };
    await Promise.all(Array.from({ length: TABS }, async () => visit(await context.newPage())));
    return faults;
  }

  it("is built, with guides, reference, decisions and the API", () => {
    expect(pages).toEqual(
      expect.arrayContaining([
        "index.html",
        "documents/Guides.html",
        "documents/Guides.Postfix.html",
        "documents/Reference.html",
        "documents/Decisions.html",
        "modules/_fromguard_core.html",
      ]),
    );
  });

  it("has no broken link", () => {
    expect(brokenLinks(SITE)).toEqual([]);
  });

  // One page of the API of each kind stands for the others, which have its template and style sheet; links are followed in all.
  const kinds = pages.filter((path, index) => path.split("/")[0] !== pages[index - 1]?.split("/")[0]);
  const chosen = pages.filter(
    (path) => /^(?:documents|modules)\//.test(path) || path === "index.html" || kinds.includes(path),
  );

  it.each(["light", "dark"] as const)(
    "is readable on a phone, %s where the reader wants it so, and no page has an error",
    async (colorScheme) => {
      const context = await browser.newContext({ viewport: PHONE, isMobile: true, hasTouch: true, colorScheme });
      const faults = await faultsOf(chosen, context, (seen) => {
        const isDark = (seen.background.match(/\d+/g) ?? []).map(Number).every((value) => value < 64);
        return [
          ...(seen.width > PHONE.width ? [`is ${seen.width} px wide`] : []),
          ...(seen.smallest < LEAST_FONT_PX ? [`${seen.smallest} px: ${seen.smallestText}`] : []),
          ...(isDark === (colorScheme === "dark") ? [] : [`the background is ${seen.background}`]),
          ...(seen.faintest < LEAST_CONTRAST ? [`contrast ${seen.faintest.toFixed(2)}: ${seen.faintestText}`] : []),
        ];
      });
      expect(faults).toEqual([]);
    },
  );

  it("leads a newcomer from its first page to each part", async () => {
    const tab = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await tab.goto(`${site.address}/index.html`);
    await tab.waitForSelector("#tsd-nav-container a");
    const parts = await tab.$$eval(
      "#tsd-nav-container > li > a, #tsd-nav-container > li > details > summary",
      (links) => links.map((link) => link.textContent?.trim()),
    );
    expect(parts).toEqual(expect.arrayContaining(["Guides", "Reference", "Decisions", "@fromguard"]));
    await tab.close();
  });

  it("says on its first page where to begin", () => {
    expect(readFileSync(`${SITE}/index.html`, "utf8")).toContain("documents/Guides.Postfix.html");
  });
});
