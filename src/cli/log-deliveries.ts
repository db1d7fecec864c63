import type { ReceivingListener } from "../app/receive-deliveries.ts";
import type { Log } from "../log.ts";
import { toProblem } from "../log.ts";

/** Counts what happens to deliveries, so that no sender can fill the log. */
export interface DeliveryLog extends ReceivingListener {
  /** Logs what was counted since the last time. */
  readonly tell: () => void;
}

/** Makes what logs deliveries: in numbers and by reason, nothing of what anybody sent. */
export function makeDeliveryLog(log: Log): DeliveryLog {
  let [saved, refused, unavailable] = [0, 0, 0];
  const refusals = new Map<string, { verifier: string; reason: string; count: number }>();
  const keys = new Map<string, { verifier: string; keyNumber: number; count: number }>();
  const addRefusal = (verifier: string, reason: string): void => {
    refusals.getOrInsertComputed(`${verifier} ${reason}`, () => ({ verifier, reason, count: 0 })).count += 1;
  };
  return {
    onAnswer(status) {
      if (status < 400) saved += 1;
      else if (status < 500) refused += 1;
      else unavailable += 1;
    },
    onVerdict(verifier, verdict) {
      if (verdict.kind === "refused") {
        addRefusal(verifier, verdict.reason);
        return;
      }
      const { keyNumber, keyCount } = verdict;
      // Only while one is being changed is it of interest which of them is still in use.
      if (keyCount === 1) return;
      keys.getOrInsertComputed(`${verifier} ${keyNumber}`, () => ({
        verifier,
        keyNumber,
        count: 0,
      })).count += 1;
    },
    onHandshakeFailure: () => addRefusal("tls", "handshake"),
    onReload(setting, problem) {
      if (problem === null) log.info("files read again", { setting });
      else log.warn("changed files not taken", { setting, problem: toProblem(problem) });
    },
    onFailure: (error) => log.warn("deliveries not saved", { problem: toProblem(error) }),
    onCheckpointFailure: (error) =>
      log.warn("log of the store not written back", { problem: toProblem(error) }),
    tell() {
      if (saved + refused + unavailable > 0) log.info("deliveries", { saved, refused, unavailable });
      for (const refusal of refusals.values()) log.warn("deliveries refused", refusal);
      for (const key of keys.values()) log.info("key used", key);
      [saved, refused, unavailable] = [0, 0, 0];
      refusals.clear();
      keys.clear();
    },
  };
}
