import { receiveDeliveries } from "../../app/receive-deliveries.ts";
import type { Log } from "../../log.ts";
import { makeLog, toProblem } from "../../log.ts";
import type { GlobalOptions } from "../global-options.ts";
import { withCommandApp } from "../with-command-app.ts";
import { withStopSignal } from "../with-stop-signal.ts";

/** `trackbridge serve` */
export async function serve(options: GlobalOptions): Promise<void> {
  const log = makeLog(options.quiet ? "warn" : "info");
  await withStopSignal((signal) =>
    withCommandApp(
      options,
      async (app) => {
        const count = makeAnswerCount(log);
        const receiving = await receiveDeliveries(app, {
          onAnswer: count.add,
          onFailure: (error) => log.warn("deliveries not saved", { problem: toProblem(error) }),
        });
        log.info("receiving", { url: receiving.url });
        const counting = setInterval(count.tell, MINUTE);
        if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve));
        await receiving.close();
        clearInterval(counting);
        count.tell();
        log.info("stopped receiving");
      },
      { mayMakeStore: true },
    ),
  );
}

const MINUTE = 60_000;

/** Counts answers, and tells of them from time to time. */
function makeAnswerCount(log: Log): { readonly add: (status: number) => void; readonly tell: () => void } {
  let [saved, refused, unavailable] = [0, 0, 0];
  return {
    add(status) {
      if (status < 400) saved += 1;
      else if (status < 500) refused += 1;
      else unavailable += 1;
    },
    tell() {
      if (saved + refused + unavailable > 0) log.info("deliveries", { saved, refused, unavailable });
      [saved, refused, unavailable] = [0, 0, 0];
    },
  };
}
