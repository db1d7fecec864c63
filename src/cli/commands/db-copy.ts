import { copyStore } from "../../app/copy-store.ts";
import { withStore } from "../../app/open-store.ts";
import { EXIT } from "../../domain/errors.ts";
import { renderCopyText } from "../../report/render-store-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { print, printJson } from "../print.ts";
import { makeProgress } from "../progress.ts";

interface DbCopyOptions extends GlobalOptions {
  readonly from: string;
  readonly to: string;
}

/** `trackbridge db copy --from URL --to URL` */
export async function dbCopy(options: DbCopyOptions): Promise<void> {
  const progress = makeProgress("db copy", options);
  const report = await withStore(options.from, { mayMake: false }, (from) =>
    withStore(options.to, { mayMake: true, mayBePartial: true }, (to) =>
      copyStore(from, to, ({ done, total, table }) =>
        progress.update(done, total, table ?? "waits until nobody else works on the stores"),
      ),
    ),
  ).finally(() => progress.stop());
  if (options.format === "text") await print(renderCopyText(report, options.lang));
  else await printJson(report);
  if (!report.isSame) process.exitCode = EXIT.differences;
}
