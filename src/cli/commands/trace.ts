import { traceParcel } from "../../app/trace-parcel.ts";
import { UsageError } from "../../domain/errors.ts";
import { renderTraceText } from "../../report/render-trace-text.ts";
import type { GlobalOptions } from "../global-options.ts";
import { parseBarcodeArgument } from "../parse-barcode-argument.ts";
import { print, printJson } from "../print.ts";
import { withCommandApp } from "../with-command-app.ts";

/** `trackbridge trace BARCODE` */
export async function trace(
  text: string,
  options: GlobalOptions & { readonly raw?: boolean },
): Promise<void> {
  const barcode = parseBarcodeArgument(text, "trace");
  await withCommandApp(options, async (app) => {
    const report = await traceParcel(app, barcode, { withRaw: options.raw ?? false });
    if (report === undefined) {
      throw new UsageError({
        place: "trace",
        value: barcode,
        expected: "a parcel that some channel has spoken of",
        todo: "check the barcode, and that the data is imported into this --database",
      });
    }
    if (options.format === "text") await print(renderTraceText(report));
    else await printJson(report);
  });
}
