import { listServerCertificateEnds } from "../../app/guard-deliveries.ts";
import type { App } from "../../app/open-app.ts";
import { receiveDeliveries } from "../../app/receive-deliveries.ts";
import type { Log } from "../../log.ts";
import { makeLog, toProblem } from "../../log.ts";
import type { GlobalOptions } from "../global-options.ts";
import { makeDeliveryLog } from "../log-deliveries.ts";
import { withCommandApp } from "../with-command-app.ts";
import { withStopSignal } from "../with-stop-signal.ts";

/** `trackbridge serve` */
export async function serve(options: GlobalOptions): Promise<void> {
  const log = makeLog(options.quiet ? "warn" : "info");
  await withStopSignal((signal) =>
    withCommandApp(
      options,
      async (app) => {
        const deliveries = makeDeliveryLog(log);
        const receiving = await receiveDeliveries(app, deliveries);
        log.info("receiving", { url: receiving.url });
        warnOfCertificates(app, log);
        const telling = setInterval(deliveries.tell, MINUTE);
        const warning = setInterval(() => warnOfCertificates(app, log), DAY);
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        await receiving.close();
        clearInterval(telling);
        clearInterval(warning);
        deliveries.tell();
        log.info("stopped receiving");
      },
      { mayMakeStore: true },
    ),
  );
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const END_IS_NEAR = 30 * DAY;

/** Warns of each certificate that ends within a month: once it has, nobody can deliver. */
function warnOfCertificates({ config, clock }: App, log: Log): void {
  try {
    for (const { setting, validTo } of listServerCertificateEnds(config.serve)) {
      if (validTo - clock() > END_IS_NEAR) continue;
      const certificateEnds = Temporal.Instant.fromEpochMilliseconds(validTo).toString();
      log.warn("certificate ends soon", { setting, certificateEnds });
    }
  } catch (error) {
    log.warn("certificates not read", { problem: toProblem(error) });
  }
}
