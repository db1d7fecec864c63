import { lintMapping } from "../../app/lint-mapping.ts";
import { readConfig } from "../../config.ts";
import { EXIT, toMessage } from "../../domain/errors.ts";
import type { GlobalOptions } from "../global-options.ts";
import { print, printJson } from "../print.ts";

/** `trackbridge mapping lint`: every problem of the table at once. */
export async function mappingLint(options: GlobalOptions): Promise<void> {
  const { file, codes, statuses, problems } = lintMapping(readConfig(options.config));
  const errors = problems.filter(({ level }) => level === "error").length;
  if (options.format === "text") {
    for (const { level, check, line, ...complaint } of problems) {
      const place = line === 0 ? file : `${file} line ${line}`;
      await print(`${level} ${check}: ${toMessage({ place, ...complaint })}\n`);
    }
    await print(
      `${codes} codes, ${statuses} statuses: ${errors} errors, ${problems.length - errors} warnings\n`,
    );
  } else await printJson({ file, codes, statuses, problems });
  if (errors > 0) process.exitCode = EXIT.differences;
}
