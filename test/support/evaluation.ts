import type { RaisedFinding } from "../../src/domain/finding.ts";
import type { Observation } from "../../src/domain/observation.ts";
import type { ParcelEvaluation } from "../../src/reconcile/evaluate-parcel.ts";
import { evaluateParcel } from "../../src/reconcile/evaluate-parcel.ts";
import type { ReconcileSettings } from "../../src/reconcile/settings.ts";
import { DEFAULT_SETTINGS } from "../../src/reconcile/settings.ts";
import type { MomentWish, Time } from "./observations.ts";
import { aMoment, aParcel, testTables } from "./observations.ts";

/** What matters of an evaluation; without a wish everything has settled. */
export interface EvaluationWish extends MomentWish {
  readonly listedAt?: Time;
  readonly settings?: Partial<ReconcileSettings>;
}

/** Evaluates a parcel of these observations by the tests' tables. */
export function evaluate(observations: readonly Observation[], wish: EvaluationWish = {}): ParcelEvaluation {
  const settings = { ...DEFAULT_SETTINGS, ...wish.settings };
  return evaluateParcel(aParcel(observations, wish.listedAt ?? null), testTables, settings, aMoment(wish));
}

/** The findings in a line each, sorted: `missing_in_new sorted`, `status_mismatch sorted>in_transit`. */
export function tellFindings(observations: readonly Observation[], wish: EvaluationWish = {}): string[] {
  return evaluate(observations, wish).findings.map(tellFinding).toSorted();
}

/** A finding's kind and what it is about. */
function tellFinding({ kind, status, legacyStatus, newStatus, code, field }: RaisedFinding): string {
  const isPair = kind === "status_mismatch" || kind === "final_conflict";
  const subject = isPair ? `${legacyStatus}>${newStatus}` : [status ?? code, field].filter(Boolean).join("/");
  return subject === "" ? kind : `${kind} ${subject}`;
}

/** The only finding there is. */
export function onlyFinding(observations: readonly Observation[], wish: EvaluationWish = {}): RaisedFinding {
  const { findings } = evaluate(observations, wish);
  const [finding] = findings;
  if (finding === undefined || findings.length > 1) {
    throw new Error(`expected one finding, got: ${findings.map(tellFinding).join(", ") || "none"}`);
  }
  return finding;
}
