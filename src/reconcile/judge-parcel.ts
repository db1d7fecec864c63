import type { Finding } from "../domain/finding.ts";
import type { ParcelVerdict } from "../domain/verdict.ts";

/** The verdict of a parcel, from its findings after an evaluation: the worst that any of them says. */
export function judgeParcel(findings: readonly Pick<Finding, "state" | "pendingReason">[]): ParcelVerdict {
  let verdict: ParcelVerdict = "matched";
  for (const { state, pendingReason } of findings) {
    if (state === "open") return "mismatched";
    if (state === "pending")
      verdict = worse(verdict, pendingReason === "feed_silent" ? "not_proven" : "pending");
    else if (state === "known") verdict = worse(verdict, "known");
  }
  return verdict;
}

const FROM_BEST: readonly ParcelVerdict[] = ["matched", "known", "pending", "not_proven", "mismatched"];

function worse(a: ParcelVerdict, b: ParcelVerdict): ParcelVerdict {
  return FROM_BEST.indexOf(a) >= FROM_BEST.indexOf(b) ? a : b;
}
