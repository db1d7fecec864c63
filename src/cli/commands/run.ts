import { listPulls } from "../../app/feeds/pull-feeds.ts";
import { reconcileStore } from "../../app/reconcile-store.ts";
import { writeReport } from "../../app/write-report.ts";
import { renderDriftText } from "../../report/drift-text.ts";
import { toExitCode } from "../../report/exit-code.ts";
import { renderGateLineText } from "../../report/render-gate-text.ts";
import { renderPullText } from "../../report/render-pull-text.ts";
import { renderReconcileText } from "../../report/render-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { note, print, printJson } from "../print.ts";
import { makeProgress } from "../progress.ts";
import { withCommandApp } from "../with-command-app.ts";
import { pullWithProgress } from "./pull.ts";

/** `trackbridge run` */
export async function run(options: GlobalOptions & { readonly out: string }): Promise<void> {
  const progress = makeProgress("reconcile", options);
  const { pulled, result, written } = await withCommandApp(
    options,
    async (app) => {
      const pulled = listPulls(app).length === 0 ? { feeds: [] } : await pullWithProgress(app, options);
      const result = await reconcileStore(app, {
        onProgress: ({ doneGroups, groups }) => progress.update(doneGroups, groups),
      });
      progress.stop();
      return { pulled, result, written: await writeReport(app, result, options) };
    },
    { mayMakeStore: true },
  ).finally(() => progress.stop());
  if (options.format === "text") {
    const story = { ...result, files: written.files };
    await print(renderPullText(pulled, options.lang));
    const colour = process.stdout.isTTY;
    await print(renderReconcileText(story, options.lang, { colour }));
    if (written.gate !== undefined) await print(renderGateLineText(written.gate, options.lang, { colour }));
    await print(renderDriftText(written.drift, options.lang));
    note(written.paths.join("\n"), options);
  } else {
    const gate =
      written.gate === undefined ? null : { verdict: written.gate.verdict, hash: written.gate.hash };
    await printJson({ pull: pulled, ...result.report, gate, files: written.paths });
  }
  process.exitCode = toExitCode(written.gate?.verdict ?? result.report.verdict);
}
