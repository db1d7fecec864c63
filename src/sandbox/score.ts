import type { TruthFinding } from "./truth.ts";

/** A finding as the program lists it; only what is compared. */
export interface ReportedFinding {
  readonly kind: string;
  readonly barcode: string;
  readonly state: string;
  readonly status?: string | null;
  readonly legacyStatus?: string | null;
  readonly newStatus?: string | null;
  readonly code?: string | null;
  readonly field?: string | null;
}

export interface Score {
  /** How many planted findings were reported. */
  readonly hits: number;
  /** Planted and not reported. */
  readonly missed: readonly TruthFinding[];
  /** Reported and not planted. */
  readonly false: readonly ReportedFinding[];
}

type Subject = "status" | "legacyStatus" | "newStatus" | "code" | "field";

/** What a finding is about, by kind; every other kind is about its status. */
const SUBJECTS: Readonly<Record<string, readonly Subject[]>> = {
  status_mismatch: ["legacyStatus", "newStatus"],
  final_conflict: ["legacyStatus", "newStatus"],
  unmapped_code: ["code"],
  unknown_status: ["code"],
  detail_mismatch: ["status", "field"],
  parcel_missing_in_new: [],
  parcel_missing_in_legacy: [],
};

/**
 * Compares reported findings with the planted ones, by kind, barcode, what the
 * finding is about, and state; without regard to case. Each planted finding
 * counts once. Reported findings that are neither open nor pending are left out.
 */
export function scoreFindings(
  truth: { readonly findings: readonly TruthFinding[] },
  reported: readonly ReportedFinding[],
): Score {
  const awaited = new Map<string, TruthFinding[]>();
  for (const finding of truth.findings) {
    const key = toKey(finding);
    const same = awaited.get(key);
    if (same) same.push(finding);
    else awaited.set(key, [finding]);
  }
  const unplanted: ReportedFinding[] = [];
  let hits = 0;
  for (const finding of reported) {
    if (finding.state !== "open" && finding.state !== "pending") continue;
    if (awaited.get(toKey(finding))?.shift()) hits += 1;
    else unplanted.push(finding);
  }
  return { hits, missed: [...awaited.values()].flat(), false: unplanted };
}

function toKey(finding: ReportedFinding): string {
  const subjects = SUBJECTS[finding.kind] ?? ["status"];
  const texts = subjects.map((name) => String(finding[name] ?? null).toLowerCase());
  return JSON.stringify([finding.kind, finding.barcode.trim().toUpperCase(), ...texts, finding.state]);
}
