import type {
  CertificateState,
  ChannelCertificate,
  DayCertificate,
  Shortfall,
} from "../../domain/certificate.ts";
import type { Channel } from "../../domain/channel.ts";
import { sideOf } from "../../domain/channel.ts";
import { DAY_MS, toIsoUtc } from "../../domain/instant.ts";
import type { CertificateDraft, CertificateRules } from "./draft.ts";
import { compareShortfalls, isLack, LOOK_BACK_MS, least, toShortfall } from "./draft.ts";

/** What came in over a channel. */
export interface Heard {
  readonly intakes: number;
  readonly seen: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly watermark: number | null;
}

/** A certificate as a run gives it, and what it says of single days. */
export interface Certified {
  readonly certificate: ChannelCertificate;
  /** Days that the run could judge; of others an earlier run may know. */
  readonly days: readonly Omit<DayCertificate, "runId">[];
}

/**
 * Makes the certificate of a channel. More shortfalls never make it better:
 * not its state, not how far it is complete, and not that of a day.
 *
 * @param found the shortfalls that only a run can find
 * @param now of the run, UTC epoch milliseconds
 */
export function certify(
  draft: CertificateDraft,
  found: readonly Shortfall[],
  heard: Heard,
  rules: CertificateRules,
  now: number,
): Certified {
  const { channel, since, expectation } = draft;
  const shortfalls = [...draft.shortfalls, ...found].sort(compareShortfalls);
  const heardTo = findHeardTo({ ...draft, shortfalls });
  const settleMs = rules.settleMs[sideOf(channel)];
  const happenedTo = heardTo === null ? null : heardTo - settleMs;
  const state = toState(shortfalls);
  return {
    certificate: {
      channel,
      state,
      since,
      heardTo,
      completeTo: happenedTo !== null && since !== null && happenedTo >= since ? happenedTo : null,
      expectation,
      received: {
        intakes: heard.intakes,
        rows: heard.seen,
        duplicates: heard.duplicates,
        quarantined: heard.quarantined,
      },
      watermark: heard.watermark,
      quietAllowedMs: channel === "legacy-scan" ? null : channel === "webhook" ? rules.maxWaitMs : settleMs,
      shortfalls,
    },
    days: judgeDays(channel, { since, reach: draft.reach, shortfalls }, settleMs, now),
  };
}

/** What is not there outweighs what nobody knows. */
function toState(shortfalls: readonly Shortfall[]): CertificateState {
  if (shortfalls.length === 0) return "complete";
  return shortfalls.some(isLack) ? "incomplete" : "unproven";
}

/** As far as the channel was followed, and before the first thing that is not there. */
function findHeardTo({ reach, shortfalls }: Pick<CertificateDraft, "reach" | "shortfalls">): number | null {
  if (reach === null || shortfalls.some(({ from }) => from === null)) return null;
  return least(reach, ...shortfalls.map(({ from }) => from));
}

type Followed = Pick<CertificateDraft, "since" | "reach" | "shortfalls">;

/** Every day since the channel was followed that is over, and of which the side has had its time to speak. */
function judgeDays(
  channel: Channel,
  { since, reach, shortfalls }: Followed,
  settleMs: number,
  now: number,
): Certified["days"] {
  // Where nothing was followed there is no beginning: then it can only be said that nobody knows.
  const from = Math.max(since ?? now - LOOK_BACK_MS, now - LOOK_BACK_MS);
  const days: Omit<DayCertificate, "runId">[] = [];
  for (let start = Math.ceil(from / DAY_MS) * DAY_MS; start + DAY_MS + settleMs <= now; start += DAY_MS) {
    const until = start + DAY_MS + settleMs;
    const here = shortfalls.filter(
      (one) => (one.from ?? -Infinity) < until && (one.until ?? Infinity) >= start,
    );
    // What may still come is not there yet, and nobody knows whether it will.
    if (reach === null || reach < until) here.push(toShortfall("not_reached", { from: reach, until }));
    const kinds = [...new Set(here.map(({ kind }) => kind))];
    const state = toState(here);
    days.push({ day: toIsoUtc(start).slice(0, 10), channel, state, kinds });
  }
  return days;
}
