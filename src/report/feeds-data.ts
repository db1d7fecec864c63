import type { Side } from "../domain/channel.ts";
import type { Noise } from "../reconcile/noise/measure-noise.ts";
import type { Speed } from "../reconcile/speed/measure-speed.ts";

/** What `speed` prints. Durations are seconds, each range has both ends in it, and `null` where it has no end. */
export interface SpeedReport extends Speed {
  /** Of every interval. */
  readonly confidence: number;
  /** The gain that the carrier speaks of. */
  readonly claim: { readonly from: number; readonly to: number };
  readonly watermarks: Readonly<Record<Side, string | null>>;
}

/** What `noise` prints. */
export interface NoiseReport extends Noise {
  readonly confidence: number;
  /** How much above the noise is still no matter. */
  readonly margin: number;
}
