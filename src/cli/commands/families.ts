import { listFamilies } from "../../app/list-families.ts";
import { renderFamiliesText, renderFamilyCount } from "../../report/render-family-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { note, print, printJson, printJsonLines } from "../print.ts";
import { withCommandApp } from "../with-command-app.ts";

/** `trackbridge families` */
export async function families(options: GlobalOptions): Promise<void> {
  await withCommandApp(options, async (app) => {
    const list = await listFamilies(app);
    if (options.format === "json") await printJson(list);
    else if (options.format === "jsonl") await printJsonLines(onePage(list));
    else {
      await print(renderFamiliesText(list, options.lang));
      note(renderFamilyCount(list.length, options.lang), options);
    }
    if (await app.store.runs.hasNews()) {
      note("Data came in since the last evaluation: trackbridge reconcile takes it into account", options);
    }
  });
}

async function* onePage<Row>(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  yield rows;
}
