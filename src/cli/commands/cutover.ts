import { gatherCutover } from "../../app/gather-cutover.ts";
import { EXIT } from "../../domain/errors.ts";
import { renderCutoverText } from "../../report/cutover-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { print, printJson } from "../print.ts";
import { withCommandApp } from "../with-command-app.ts";

/** `trackbridge cutover` */
export async function cutover(options: GlobalOptions): Promise<void> {
  const report = await withCommandApp(options, (app) => gatherCutover(app));
  if (options.format === "text") await print(renderCutoverText(report, options.lang));
  else await printJson(report);
  if (report.tail?.judgement === "unusual") process.exitCode = EXIT.differences;
}
