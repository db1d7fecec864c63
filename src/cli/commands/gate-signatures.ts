import { readGate } from "../../app/gate/judge-gate.ts";
import { readSignatures } from "../../app/gate/sign-gate.ts";
import { EXIT } from "../../domain/errors.ts";
import { renderSignaturesText } from "../../report/render-gate-text.ts";
import { print, printJson } from "../print.ts";
import type { GateOptions } from "../with-gate-app.ts";
import { withGateApp } from "../with-gate-app.ts";

/** `trackbridge gate signatures [--verify]` */
export async function gateSignatures(options: GateOptions & { readonly verify?: boolean }): Promise<void> {
  const { format, lang, verify: isVerified = false } = options;
  const report = await withGateApp(options, async (app) =>
    readSignatures(app, (await readGate(app))?.hash ?? null),
  );
  if (format === "text") await print(renderSignaturesText(report, lang, { isVerified }));
  else await printJson(report);
  if (isVerified && report.faults.length > 0) process.exitCode = EXIT.differences;
}
