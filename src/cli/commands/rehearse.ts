import type { RehearseOptions } from "../../app/rehearse-cutover.ts";
import { rehearseCutover } from "../../app/rehearse-cutover.ts";
import { EXIT } from "../../domain/errors.ts";
import { renderRehearsalText } from "../../report/render-rehearsal-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { print, printJson } from "../print.ts";
import { makeProgress } from "../progress.ts";
import { withCommandApp } from "../with-command-app.ts";

/** `trackbridge rehearse --date DAY` */
export async function rehearse(
  options: GlobalOptions & Pick<RehearseOptions, "date" | "wave">,
): Promise<void> {
  const { date, wave } = options;
  const progress = makeProgress("rehearse", options);
  const report = await withCommandApp(options, (app) =>
    rehearseCutover(app, { date, wave, onProgress: progress.update }),
  ).finally(() => progress.stop());
  if (options.format === "text") await print(renderRehearsalText(report, options.lang));
  else await printJson(report);
  if (report.rollback !== null) process.exitCode = EXIT.differences;
}
