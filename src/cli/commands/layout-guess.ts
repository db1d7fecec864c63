import { guessScanLayout } from "../../app/guess-layout.ts";
import { readConfig } from "../../config.ts";
import { EXIT } from "../../domain/errors.ts";
import { renderLayoutGuessText } from "../../report/render-guess-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { print, printJson } from "../print.ts";

/** `trackbridge layout guess FILE…` */
export async function layoutGuess(paths: readonly string[], options: GlobalOptions): Promise<void> {
  const report = await guessScanLayout(readConfig(options.config), paths);
  if (options.format === "text") await print(renderLayoutGuessText(report, options.lang));
  else await printJson(report);
  if (!report.isSettled) process.exitCode = EXIT.differences;
}
