import packedChromium from "@sparticuz/chromium";
import { type Browser, chromium, type Page } from "playwright-core";

export interface PageOptions {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly colorScheme?: "light" | "dark";
}

/** What a page did besides showing itself. */
export interface PageDeeds {
  /** Everything it wanted from outside; `refused` says who stopped it, `csp` for its own policy. */
  readonly requests: { readonly url: string; refused: string | null }[];
  /** Everything on its console, and every error in it. */
  readonly messages: string[];
}

/** Opens a real Chromium; the caller closes it. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await packedChromium.executablePath(),
    // Without the package's own arguments: they switch off the very guards that a page must stand.
    args: ["--headless=shell", "--no-sandbox", "--disable-gpu", "--font-render-hinting=none"],
  });
}

/** Shows markup in a page of its own, as if opened from disk, lends it with a record of its deeds, always closes it. */
export async function withPage<T>(
  browser: Browser,
  markup: string,
  { width, height, colorScheme = "light" }: PageOptions,
  use: (page: Page, deeds: PageDeeds) => Promise<T>,
): Promise<T> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme, offline: true });
  const deeds: PageDeeds = { requests: [], messages: [] };
  try {
    const page = await context.newPage();
    page.on("request", (request) => deeds.requests.push({ url: request.url(), refused: null }));
    page.on("requestfailed", (request) => {
      for (const one of deeds.requests)
        if (one.url === request.url()) one.refused = request.failure()?.errorText ?? null;
    });
    page.on("console", (message) => deeds.messages.push(message.text()));
    page.on("pageerror", (error) => deeds.messages.push(String(error)));
    await page.setContent(markup, { waitUntil: "load" });
    return await use(page, deeds);
  } finally {
    await context.close();
  }
}
