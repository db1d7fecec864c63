import { makeLog } from "../../log.ts";
import { runWorker } from "../../worker/work.ts";
import type { GlobalOptions } from "../global-options.ts";
import { withCommandApp } from "../with-command-app.ts";
import { withStopSignal } from "../with-stop-signal.ts";

/** `trackbridge worker` */
export async function worker(options: GlobalOptions & { readonly once?: boolean }): Promise<void> {
  const { once = false, lang, quiet } = options;
  const log = makeLog(quiet ? "warn" : "info");
  await withStopSignal((signal) =>
    withCommandApp(options, (app) => runWorker(app, { once, lang, log, signal }), { mayMakeStore: true }),
  );
}
