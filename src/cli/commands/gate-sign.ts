import { signGate } from "../../app/gate/sign-gate.ts";
import { renderSignaturesText } from "../../report/render-gate-text.ts";
import { print, printJson } from "../print.ts";
import type { GateOptions } from "../with-gate-app.ts";
import { withGateApp } from "../with-gate-app.ts";

interface SignOptions extends GateOptions {
  readonly by: string;
  readonly role: string;
  readonly note?: string;
  readonly againstAdvice?: string;
}

/** `trackbridge gate sign --by NAME --role ROLE` */
export async function gateSign(options: SignOptions): Promise<void> {
  const { by, role, note, againstAdvice, format, lang } = options;
  const report = await withGateApp(options, (app) => signGate(app, { by, role, note, againstAdvice }));
  if (format === "text") await print(renderSignaturesText(report, lang));
  else await printJson(report);
}
