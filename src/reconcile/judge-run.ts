import type { ChannelCertificate } from "../domain/certificate.ts";
import type { Side } from "../domain/channel.ts";
import { SIDES } from "../domain/channel.ts";
import { toIsoUtc, toIsoUtcOrNull } from "../domain/instant.ts";
import type { StoreTotals } from "../domain/store-totals.ts";
import type { RunVerdict, VerdictReason } from "../domain/verdict.ts";
import type { RecallOfKind } from "./recall/prove-recall.ts";
import type { Moment } from "./settle.ts";

/**
 * The tie-out: the sum of all discrepancies between figures that must be
 * equal. Anything but zero is a bug of ours, and proves nothing.
 */
export function tieOut(totals: StoreTotals): number {
  const { rows, legacy, new: newSide, verdicts, episodesUnderFindings } = totals;
  const gaps = [
    rows.seen - (rows.accepted + rows.duplicates + rows.quarantined),
    rows.accepted - totals.observations,
    totals.parcels - Object.values(verdicts).reduce((sum, count) => sum + count, 0),
    legacy.episodes - (legacy.agreed + legacy.differing + legacy.explained + legacy.lone),
    newSide.episodes - (newSide.agreed + newSide.differing + newSide.explained + newSide.lone),
    legacy.agreed - newSide.agreed,
    legacy.differing - newSide.differing,
    legacy.differing + legacy.lone - episodesUnderFindings.legacy,
    newSide.differing + newSide.lone - episodesUnderFindings.new,
  ];
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0);
}

/** A side that has said nothing for so long that agreement about older things proves nothing about today. */
export interface StaleFeed {
  readonly side: Side;
  /** Its watermark, UTC epoch milliseconds. */
  readonly since: number;
}

/**
 * The sides whose watermark lies further back than the longest wait; of the old
 * feed, when it had to speak for the last time.
 *
 * @param legacyEndsAt when it ends for the last customer; infinite where no end is planned
 */
export function findStaleFeeds(
  { now, progress }: Moment,
  maxWaitMs: number,
  legacyEndsAt = Infinity,
): StaleFeed[] {
  return SIDES.flatMap((side) => {
    const since = progress.watermarks[side];
    const until = side === "legacy" ? Math.min(now, legacyEndsAt) : now;
    return since !== null && until - since > maxWaitMs ? [{ side, since }] : [];
  });
}

/**
 * The verdict of a run, with its reasons, most important first.
 *
 * @param stale see {@link findStaleFeeds}
 * @param recall see `recall/prove-recall.ts`
 * @param failed certificates that have to be complete, and are not
 */
export function judgeRun(
  totals: StoreTotals,
  stale: readonly StaleFeed[] = [],
  recall: readonly Pick<RecallOfKind, "planted" | "found">[] = [],
  failed: readonly ChannelCertificate[] = [],
): {
  readonly verdict: RunVerdict;
  readonly difference: number;
  readonly reasons: readonly VerdictReason[];
} {
  const difference = tieOut(totals);
  const reasons: VerdictReason[] = [];
  const add = (code: VerdictReason["code"], values: VerdictReason["values"]): void => {
    reasons.push({ code, values });
  };
  const { open, pending } = totals.findings;
  if (difference !== 0) add("tie_out_not_zero", { difference });
  if (totals.parcels === 0) add("nothing_compared", {});
  else if (totals.heldBackBySilence > 0 || totals.neverSpoke > 0) {
    add("feed_silent", { findings: totals.heldBackBySilence, sides: totals.neverSpoke });
  }
  for (const { side, since } of stale) add("feed_stale", { side, since: toIsoUtc(since) });
  const planted = recall.reduce((sum, kind) => sum + kind.planted, 0);
  const found = recall.reduce((sum, kind) => sum + kind.found, 0);
  if (found < planted) add("recall_incomplete", { found, planted });
  for (const certificate of failed) add(toCertificateCode(certificate), toCertificateValues(certificate));
  const isProven = reasons.length === 0;
  if (open > 0) add("findings_open", { open, parcels: totals.verdicts.mismatched });
  else if (isProven) add("all_agree", { parcels: totals.verdicts.matched + totals.verdicts.known });
  const notSettled = pending - totals.heldBackBySilence;
  if (notSettled > 0) add("pending_left", { pending: notSettled, parcels: totals.verdicts.pending });
  return { verdict: isProven ? (open > 0 ? "no_go" : "go") : "not_proven", difference, reasons };
}

function toCertificateCode({ state }: ChannelCertificate): VerdictReason["code"] {
  return state === "unproven" ? "certificate_unproven" : "certificate_incomplete";
}

/** The gravest shortfall, and how many there are besides. What does not apply is left out. */
function toCertificateValues({ channel, shortfalls }: ChannelCertificate): VerdictReason["values"] {
  const [worst] = shortfalls;
  if (worst === undefined) return { channel };
  const { kind, count, of, subject, detail } = worst;
  const all = {
    channel,
    kind,
    count,
    of,
    subject,
    detail,
    from: toIsoUtcOrNull(worst.from),
    until: toIsoUtcOrNull(worst.until),
    others: shortfalls.length - 1,
  };
  return Object.fromEntries(
    Object.entries(all).filter((pair): pair is [string, string | number] => pair[1] !== null),
  );
}
