import { reconcileStore } from "../../app/reconcile-store.ts";
import { writeReport } from "../../app/write-report.ts";
import { renderDriftText } from "../../report/drift-text.ts";
import { toExitCode } from "../../report/exit-code.ts";
import { renderGateLineText } from "../../report/render-gate-text.ts";
import { renderReconcileText } from "../../report/render-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { note, print, printJson } from "../print.ts";
import { makeProgress } from "../progress.ts";
import { withCommandApp } from "../with-command-app.ts";

/** `trackbridge report --out DIR` */
export async function report(options: GlobalOptions & { readonly out: string }): Promise<void> {
  const progress = makeProgress("reconcile", options);
  const { result, written } = await withCommandApp(
    options,
    async (app) => {
      const result = await reconcileStore(app, {
        onProgress: ({ doneGroups, groups }) => progress.update(doneGroups, groups),
      });
      progress.stop();
      return { result, written: await writeReport(app, result, options) };
    },
    { mayMakeStore: true },
  ).finally(() => progress.stop());
  if (options.format === "text") {
    const story = { ...result, files: written.files };
    const colour = process.stdout.isTTY;
    await print(renderReconcileText(story, options.lang, { colour }));
    if (written.gate !== undefined) await print(renderGateLineText(written.gate, options.lang, { colour }));
    await print(renderDriftText(written.drift, options.lang));
    note(written.paths.join("\n"), options);
  } else await printJson({ ...result.report, files: written.paths });
  process.exitCode = toExitCode(result.report.verdict);
}
