import type { Side } from "../domain/channel.ts";
import type { DeliveryWindow } from "../domain/feed-progress.ts";
import type { Severity } from "../domain/finding.ts";
import type { LegacyEnds } from "./cutover/phase.ts";

const SECOND = 1000;
const HOUR = 3600 * SECOND;

/** What decides when two episodes are the same and when a difference counts. */
export interface ReconcileSettings {
  /** Two episodes this far apart still happened at the same moment. */
  readonly toleranceMs: number;
  /** How long anything is waited for: the reach of tier 3, and when a silent feed no longer holds a finding back. */
  readonly maxWaitMs: number;
  /** How long a side may take to speak. */
  readonly settleMs: Readonly<Record<Side, number>>;
  /** By `kind` or `kind/status`; the narrower one wins. */
  readonly severities: Readonly<Record<string, Severity>>;
  /** By customer number; takes the place of what was seen. */
  readonly webhookInUse: Readonly<Record<string, DeliveryWindow>>;
  /** When the old feed ends; what happens from then on is not missing in it. */
  readonly legacyEnds: LegacyEnds | null;
}

export const DEFAULT_SETTINGS: ReconcileSettings = Object.freeze({
  toleranceMs: 120 * SECOND,
  maxWaitMs: 72 * HOUR,
  settleMs: Object.freeze({ new: 2 * HOUR, legacy: 12 * HOUR }),
  severities: Object.freeze({}),
  webhookInUse: Object.freeze({}),
  legacyEnds: null,
});
