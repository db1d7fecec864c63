import type { FindingKind, RaisedFinding } from "../../domain/finding.ts";
import { FINDING_KINDS } from "../../domain/finding.ts";
import type { MappingTables } from "../../mapping/translate.ts";
import { customerNumberOf } from "../check-channels.ts";
import { legacyEndOf } from "../cutover/phase.ts";
import { evaluateParcel } from "../evaluate-parcel.ts";
import type { ParcelObservations } from "../parcel-observations.ts";
import type { ReconcileSettings } from "../settings.ts";
import type { Moment } from "../settle.ts";
import { PLANTS } from "./plants.ts";

/** How many planted defects of one kind were found. */
export interface RecallOfKind {
  readonly kind: FindingKind;
  readonly planted: number;
  readonly found: number;
  /** A parcel in whose copy one was not found. */
  readonly missedOn: string | null;
}

/** So many defects of each kind are planted, where so many parcels lend themselves to it. */
const PLANTS_A_KIND = 20;

/**
 * Plants defects of every kind in copies of parcels on which nothing differs,
 * and says how many are found: exactly the one that was planted, and nothing
 * else. Less than all, and the run proves nothing. Pure.
 *
 * @param parcels matched ones; those on which something is found as they are, are passed over
 */
export function proveRecall(
  parcels: readonly ParcelObservations[],
  tables: MappingTables,
  settings: ReconcileSettings,
  moment: Moment,
): RecallOfKind[] {
  const matched = parcels.flatMap((parcel) => {
    // A time of the repeated hour stands for two moments: what is found there depends on what it is held against.
    if (parcel.observations.some(({ laterAt }) => laterAt !== null)) return [];
    // Near its end nothing is missing in the old feed.
    const endsAt =
      legacyEndOf(settings.legacyEnds, customerNumberOf(parcel.observations)) - settings.maxWaitMs;
    if (parcel.observations.some(({ at }) => at >= endsAt)) return [];
    const { findings, pairing } = evaluateParcel(parcel, tables, settings, moment);
    if (findings.length > 0 || pairing.agreed.length === 0) return [];
    const pairs = pairing.agreed.toSorted((a, b) => a.legacy.at - b.legacy.at);
    return [{ parcel, pairs, tables, settings, moment }];
  });
  return FINDING_KINDS.map((kind) => {
    let planted = 0;
    let found = 0;
    let missedOn: string | null = null;
    for (const one of matched) {
      if (planted === PLANTS_A_KIND) break;
      const defect = PLANTS[kind](one);
      if (defect === undefined) continue;
      planted += 1;
      const { findings } = evaluateParcel(defect.parcel, tables, settings, defect.moment);
      if (isFound(kind, defect.subject, findings)) found += 1;
      else missedOn ??= one.parcel.barcode;
    }
    return { kind, planted, found, missedOn };
  });
}

function isFound(kind: FindingKind, subject: string | null, findings: readonly RaisedFinding[]): boolean {
  const [finding] = findings;
  if (findings.length !== 1 || finding?.kind !== kind) return false;
  const { status, code, legacyStatus, newStatus } = finding;
  return subject === null || [status, code, `${legacyStatus}>${newStatus}`].includes(subject);
}
