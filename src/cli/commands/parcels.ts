import { listParcels } from "../../app/list-store.ts";
import type { ParcelVerdict } from "../../domain/verdict.ts";
import { renderParcelsText } from "../../report/render-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { printJsonArray, printJsonLines } from "../print.ts";
import { printPages } from "../print-pages.ts";
import { withCommandApp } from "../with-command-app.ts";

/** `trackbridge parcels` */
export async function parcels(options: GlobalOptions & { readonly verdict?: ParcelVerdict }): Promise<void> {
  await withCommandApp(options, async (app) => {
    const pages = listParcels(app.store, { verdict: options.verdict });
    if (options.format === "json") await printJsonArray(pages);
    else if (options.format === "jsonl") await printJsonLines(pages);
    else await printPages("parcels", app, pages, renderParcelsText, options);
  });
}
