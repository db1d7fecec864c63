import { reconcileStore } from "../../app/reconcile-store.ts";
import { toExitCode } from "../../report/exit-code.ts";
import { renderReconcileText } from "../../report/render-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { print, printJson } from "../print.ts";
import { makeProgress } from "../progress.ts";
import { withCommandApp } from "../with-command-app.ts";

/** `trackbridge reconcile` */
export async function reconcile(options: GlobalOptions & { readonly full?: boolean }): Promise<void> {
  const progress = makeProgress("reconcile", options);
  const result = await withCommandApp(
    options,
    (app) =>
      reconcileStore(app, {
        full: options.full ?? false,
        onProgress: ({ doneGroups, groups }) => progress.update(doneGroups, groups),
      }),
    { mayMakeStore: true },
  ).finally(() => progress.stop());
  if (options.format === "text")
    await print(renderReconcileText(result, options.lang, { colour: process.stdout.isTTY }));
  else await printJson(result.report);
  process.exitCode = toExitCode(result.report.verdict);
}
