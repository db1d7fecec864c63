import { listFindings } from "../../app/list-store.ts";
import type { FindingKind, FindingState } from "../../domain/finding.ts";
import { renderFindingsText } from "../../report/render-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { parseBarcodeArgument } from "../parse-barcode-argument.ts";
import { printJsonArray, printJsonLines } from "../print.ts";
import { printPages } from "../print-pages.ts";
import { withCommandApp } from "../with-command-app.ts";

interface FindingsOptions extends GlobalOptions {
  readonly state?: readonly FindingState[];
  readonly kind?: readonly FindingKind[];
  readonly barcode?: string;
}

/** `trackbridge findings` */
export async function findings(options: FindingsOptions): Promise<void> {
  const barcode =
    options.barcode === undefined ? undefined : parseBarcodeArgument(options.barcode, "--barcode");
  await withCommandApp(options, async (app) => {
    const pages = listFindings(app, { states: options.state, kinds: options.kind, barcode });
    if (options.format === "json") await printJsonArray(pages);
    else if (options.format === "jsonl") await printJsonLines(pages);
    else await printPages("findings", app, pages, renderFindingsText, options);
  });
}
