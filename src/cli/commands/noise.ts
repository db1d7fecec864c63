import { readNoise } from "../../app/measure-feeds.ts";
import { renderNoiseText } from "../../report/render-noise-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { print, printJson } from "../print.ts";
import { withCommandApp } from "../with-command-app.ts";

/** `trackbridge noise` */
export async function noise(options: GlobalOptions): Promise<void> {
  const report = await withCommandApp(options, (app) => readNoise(app));
  if (options.format === "text") await print(renderNoiseText(report, options.lang));
  else await printJson(report);
}
