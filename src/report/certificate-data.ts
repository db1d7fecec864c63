import type { CertificateDemand, CertificateState, Expectation, Shortfall } from "../domain/certificate.ts";
import type { Channel } from "../domain/channel.ts";

/** The certificates that a run gave. Times are UTC, ISO 8601; what does not apply is `null`. */
export interface CertificatesReport {
  /** Which have to be complete for the run to prove anything: all, none, or these. */
  readonly demand: CertificateDemand;
  /** Of the channels in use. */
  readonly channels: readonly CertificateReport[];
  /** The last days that could be judged, oldest first; a channel that no run judged on a day is left out. */
  readonly days: readonly CertificateDayReport[];
}

export interface CertificateReport {
  readonly channel: Channel;
  readonly state: CertificateState;
  readonly isDemanded: boolean;
  /** From when on the channel was followed. */
  readonly since: string | null;
  /** All that the channel had to say up to here has arrived. */
  readonly heardTo: string | null;
  /** All that happened up to here is in. */
  readonly completeTo: string | null;
  readonly expectation: Expectation | null;
  readonly received: {
    readonly intakes: number;
    readonly rows: number;
    readonly duplicates: number;
    readonly quarantined: number;
  };
  /** Latest arrival. */
  readonly watermark: string | null;
  /** Since then; `null`: it never spoke. */
  readonly quietSeconds: number | null;
  /** How long it may be quiet; `null`: its calendar says. */
  readonly quietAllowedSeconds: number | null;
  /** Why it is not complete, the gravest first; not all where there are many. */
  readonly shortfalls: readonly ShortfallReport[];
  readonly shortfallsTotal: number;
}

export interface ShortfallReport extends Omit<Shortfall, "from" | "until"> {
  readonly from: string | null;
  readonly until: string | null;
}

export interface CertificateDayReport {
  /** UTC date. */
  readonly day: string;
  readonly channels: Readonly<Partial<Record<Channel, CertificateState>>>;
}
