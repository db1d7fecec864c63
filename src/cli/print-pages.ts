import type { App } from "../app/open-app.ts";
import type { ListOptions } from "../report/render-text.ts";
import { renderCountText } from "../report/render-text.ts";
import type { GlobalOptions } from "./global-options.ts";
import { note, print } from "./print.ts";

/** A list as a table, its head once, and how many there were. */
export async function printPages<Row>(
  what: "findings" | "parcels",
  { store }: App,
  pages: AsyncIterable<readonly Row[]>,
  render: (rows: readonly Row[], lang: GlobalOptions["lang"], options: ListOptions) => string,
  options: GlobalOptions,
): Promise<void> {
  let count = 0;
  for await (const page of pages) {
    await print(render(page, options.lang, { head: count === 0, colour: process.stdout.isTTY }));
    count += page.length;
  }
  note(renderCountText(what, count, options.lang).trimEnd(), options);
  if (await store.runs.hasNews()) {
    note("Data came in since the last evaluation: trackbridge reconcile takes it into account", options);
  }
}
