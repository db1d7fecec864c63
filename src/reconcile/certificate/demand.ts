import type { CertificateDemand, ChannelCertificate } from "../../domain/certificate.ts";
import type { Channel } from "../../domain/channel.ts";

/** Whether a channel's certificate has to be complete. */
export function isDemanded(demand: CertificateDemand, channel: Channel): boolean {
  return typeof demand === "boolean" ? demand : demand.includes(channel);
}

/** Those that have to be complete, and are not. */
export function findFailed(
  certificates: readonly ChannelCertificate[],
  demand: CertificateDemand,
): readonly ChannelCertificate[] {
  return certificates.filter(({ channel, state }) => state !== "complete" && isDemanded(demand, channel));
}
