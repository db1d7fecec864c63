import { readSpeed } from "../../app/measure-feeds.ts";
import { renderSpeedText } from "../../report/render-speed-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { print, printJson } from "../print.ts";
import { withCommandApp } from "../with-command-app.ts";

/** `trackbridge speed` */
export async function speed(options: GlobalOptions): Promise<void> {
  const report = await withCommandApp(options, (app) => readSpeed(app));
  if (options.format === "text") await print(renderSpeedText(report, options.lang));
  else await printJson(report);
}
