import type { CertificateDraft } from "./draft.ts";
import { toShortfall } from "./draft.ts";

/**
 * Nothing of the webhook can be counted beforehand. What it should have pushed
 * is known from the status API only, so it is followed as far as that was
 * asked; what both say is compared when the run is judged.
 *
 * @param witness the status API's draft; `null`: it is not asked
 * @param subscribedAt since when the carrier is to push; `null`: it is not known
 */
export function draftWebhook(
  witness: CertificateDraft | null,
  subscribedAt: number | null,
): CertificateDraft {
  const channel = "webhook";
  if (witness === null) {
    const shortfalls = [toShortfall("no_witness")];
    return { channel, since: null, reach: null, expectation: null, shortfalls };
  }
  const { reach, since } = witness;
  const isBehind = witness.shortfalls.some(({ kind }) => kind === "never_asked" || kind === "behind");
  return {
    channel,
    since: since === null ? null : Math.max(since, subscribedAt ?? since),
    reach,
    expectation: null,
    shortfalls: isBehind ? [toShortfall("witness_behind", { from: reach, until: null })] : [],
  };
}
