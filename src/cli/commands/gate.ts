import { readGate, readRunVerdict } from "../../app/gate/judge-gate.ts";
import { readSignatures } from "../../app/gate/sign-gate.ts";
import { toExitCode } from "../../report/exit-code.ts";
import { renderGateText, renderNoGateText } from "../../report/render-gate-text.ts";
import { note, print, printJson } from "../print.ts";
import type { GateOptions } from "../with-gate-app.ts";
import { withGateApp } from "../with-gate-app.ts";

/** `trackbridge gate` */
export async function gate(options: GateOptions): Promise<void> {
  const { format, lang } = options;
  const colour = process.stdout.isTTY;
  await withGateApp(options, async (app) => {
    const report = await readGate(app);
    if (report === null) {
      const run = await readRunVerdict(app);
      if (format === "text") await print(renderNoGateText(run, lang, { colour }));
      else await printJson(run);
      process.exitCode = toExitCode(run.verdict);
    } else {
      if (format === "text") {
        const { signOff } = await readSignatures(app, report.hash);
        await print(renderGateText(report, signOff, lang, { colour }));
      } else await printJson(report);
      process.exitCode = toExitCode(report.verdict);
    }
    if (await app.store.runs.hasNews()) {
      note("Data came in since the last evaluation: trackbridge reconcile takes it into account", options);
    }
  });
}
