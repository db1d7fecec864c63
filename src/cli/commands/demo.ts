import type { DemoResult } from "../../app/demo/run-demo.ts";
import { runDemo } from "../../app/demo/run-demo.ts";
import { readConfig } from "../../config.ts";
import { CHANNELS } from "../../domain/channel.ts";
import { EXIT } from "../../domain/errors.ts";
import { renderReconcileText } from "../../report/render-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { note, print, printJson } from "../print.ts";
import { makeProgress } from "../progress.ts";

interface DemoCommandOptions extends GlobalOptions {
  readonly seed: number;
  readonly parcels: number;
  readonly out: string;
}

/** `trackbridge demo` */
export async function demo(options: DemoCommandOptions): Promise<void> {
  const progress = makeProgress("demo", options);
  note(
    "A simulated carrier on loopback: SFTP server, both APIs, webhook. Nothing of yours is touched.",
    options,
  );
  const result = await runDemo(readConfig(options.config), {
    seed: options.seed,
    parcels: options.parcels,
    out: options.out,
    lang: options.lang,
    onProgress: (channel, done, total) =>
      progress.update(CHANNELS.indexOf(channel) * total + done, CHANNELS.length * total, channel),
  }).finally(() => progress.stop());
  if (options.format === "text") await print(renderDemoText(result, options));
  else await printJson({ reconcile: result.result.report, kinds: result.kinds, report: result.reportPath });
  process.exitCode = isExact(result) ? EXIT.fine : EXIT.differences;
}

/** Every planted defect found, and nothing else. */
function isExact({ score }: DemoResult): boolean {
  return score.missed.length === 0 && score.false.length === 0;
}

function renderDemoText(demo: DemoResult, { lang }: DemoCommandOptions): string {
  const planted = demo.kinds.reduce((sum, kind) => sum + kind.planted, 0);
  const lines = demo.kinds.map(
    ({ kind, planted: all, found }) => `  ${kind.padEnd(26)} ${String(found).padStart(3)} of ${all}`,
  );
  return [
    renderReconcileText(demo.result, lang, { colour: process.stdout.isTTY }),
    "The simulated carrier planted these differences; the reconciliation found:",
    ...lines,
    `  ${"all".padEnd(26)} ${String(demo.score.hits).padStart(3)} of ${planted}, and ${demo.score.false.length} that were not planted`,
    "",
    `Report:  ${demo.reportPath}`,
    `Go on:   npx trackbridge findings --database ${demo.databaseUrl}`,
    "",
  ].join("\n");
}
