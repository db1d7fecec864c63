import { checkLayout } from "../../app/check-layout.ts";
import { readConfig } from "../../config.ts";
import { EXIT } from "../../domain/errors.ts";
import { renderLayoutCheckText } from "../../report/render-layout-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { print, printJson } from "../print.ts";

interface LayoutCheckCommandOptions extends GlobalOptions {
  readonly layout?: string;
  readonly rows: number;
}

/** `trackbridge layout check FILE` */
export async function layoutCheck(path: string, options: LayoutCheckCommandOptions): Promise<void> {
  const { config, layout, rows, format, lang } = options;
  const report = await checkLayout(readConfig(config), { path, layout, rows });
  if (format === "text") await print(renderLayoutCheckText(report, lang));
  else await printJson(report);
  if (report.summary.quarantined > 0) process.exitCode = EXIT.differences;
}
