import type { Bin } from "./bins.ts";

/**
 * The gain `received by the old feed − received by the new`, where one of the
 * two may still be missing.
 *
 * - Both have it: exact.
 * - Only the new feed has it: the gain is at least the old feed's watermark less
 *   what the new one received: right-censored there.
 * - Only the old feed has it: the gain is at most what the old one received less
 *   the new feed's watermark: left-censored there.
 */
export interface GainBin extends Bin {
  readonly exact: number;
  /** Known only to lie in this bin or a lower one. */
  readonly leftCensored: number;
  /** Known only to lie in a higher bin. */
  readonly rightCensored: number;
}
