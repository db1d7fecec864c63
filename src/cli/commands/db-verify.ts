import { withStore } from "../../app/open-store.ts";
import { verifyStore } from "../../app/verify-store.ts";
import { EXIT } from "../../domain/errors.ts";
import { renderVerifyText } from "../../report/render-store-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { toDatabaseUrl } from "../global-options.ts";
import { print, printJson } from "../print.ts";
import { makeProgress } from "../progress.ts";

/** `trackbridge db verify` */
export async function dbVerify(options: GlobalOptions): Promise<void> {
  const progress = makeProgress("db verify", options);
  const report = await withStore(toDatabaseUrl(options), { mayMake: false }, (named) =>
    verifyStore(named, ({ done, total, table }) => progress.update(done, total, table ?? "")),
  ).finally(() => progress.stop());
  if (options.format === "text") await print(renderVerifyText(report, options.lang));
  else await printJson(report);
  if (!report.isSound) process.exitCode = EXIT.differences;
}
