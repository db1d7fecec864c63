import type { TotpRule } from "./totp.ts";
import { toTotp } from "./totp.ts";

/** One request's code. */
export interface OneTimeCode {
  /** Waits until there is a code that may be sent. */
  readonly prepare: () => Promise<void>;
  /** The code for this moment. */
  readonly get: () => string;
  /** After a refusal: waits for the next period. */
  readonly renew: () => Promise<void>;
}

/**
 * Makes codes by time. The first requests of a period share its code, as long
 * as the service lets them. RFC 6238 (section 5.2) has it accept a code once:
 * when it refuses one that was sent before, every code is sent once only from
 * then on.
 *
 * @param now UTC epoch milliseconds
 */
export function makeOneTimeCodes(
  secret: Uint8Array,
  rule: TotpRule,
  now: () => number,
  sleep: (ms: number) => Promise<void>,
): { readonly begin: () => OneTimeCode } {
  const periodMs = rule.periodSeconds * 1000;
  const currentPeriod = (): number => Math.floor(now() / periodMs);
  const waitFor = async (period: number): Promise<void> => {
    const waitMs = period * periodMs - now();
    if (waitMs > 0) await sleep(waitMs);
  };
  let isOnceOnly = false;
  /** The latest period whose code was sent, or is kept for somebody. */
  let latest = -1;

  return {
    begin() {
      let period = -1;
      let wasSentBefore = false;
      return {
        async prepare() {
          if (!isOnceOnly) return;
          latest = Math.max(currentPeriod(), latest + 1);
          period = latest;
          await waitFor(period);
        },
        get() {
          // Waits after `prepare` may have outlasted the period that was kept.
          const sent = Math.max(period, currentPeriod());
          wasSentBefore = !isOnceOnly && sent <= latest;
          period = sent;
          latest = Math.max(latest, sent);
          return toTotp(secret, sent, rule);
        },
        async renew() {
          if (wasSentBefore) isOnceOnly = true;
          // In the other case `prepare` waits, each request for a period of its own.
          if (!isOnceOnly) await waitFor(period + 1);
        },
      };
    },
  };
}
