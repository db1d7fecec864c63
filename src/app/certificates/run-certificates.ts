import type { CertificateDemand, ChannelCertificate, DayCertificate } from "../../domain/certificate.ts";

/** The certificates of a run. */
export interface RunCertificates {
  /** Which of them have to be complete. */
  readonly demand: CertificateDemand;
  readonly certificates: readonly ChannelCertificate[];
  /** What the run says of single days. */
  readonly days: readonly DayCertificate[];
}
