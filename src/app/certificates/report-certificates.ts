import type { ChannelCertificate } from "../../domain/certificate.ts";
import { toIsoUtcOrNull } from "../../domain/instant.ts";
import { compareText } from "../../domain/observation.ts";
import { isDemanded } from "../../reconcile/certificate/demand.ts";
import type {
  CertificateDayReport,
  CertificateReport,
  CertificatesReport,
} from "../../report/certificate-data.ts";
import type { App } from "../open-app.ts";
import type { DayBook } from "./keep-certificates.ts";
import { readDayBook } from "./keep-certificates.ts";
import type { RunCertificates } from "./run-certificates.ts";

const MOST_SHORTFALLS = 20;
const MOST_DAYS = 14;

/** The certificates of a run as the report tells of them; `undefined` where nothing was certified. */
export async function reportCertificates(
  { store, clock }: Pick<App, "store" | "clock">,
  { demand, certificates, days }: RunCertificates,
): Promise<CertificatesReport | undefined> {
  if (certificates.length === 0) return undefined;
  const book = await readDayBook(store, days);
  return {
    demand,
    channels: certificates.map((one) => toReport(one, isDemanded(demand, one.channel), clock())),
    days: toDays(book),
  };
}

function toReport(one: ChannelCertificate, demanded: boolean, now: number): CertificateReport {
  const { channel, state, expectation, received, watermark, quietAllowedMs, shortfalls } = one;
  return {
    channel,
    state,
    isDemanded: demanded,
    since: toIsoUtcOrNull(one.since),
    heardTo: toIsoUtcOrNull(one.heardTo),
    completeTo: toIsoUtcOrNull(one.completeTo),
    expectation,
    received,
    watermark: toIsoUtcOrNull(watermark),
    quietSeconds: watermark === null ? null : Math.max(0, Math.floor((now - watermark) / 1000)),
    quietAllowedSeconds: quietAllowedMs === null ? null : Math.floor(quietAllowedMs / 1000),
    shortfalls: shortfalls.slice(0, MOST_SHORTFALLS).map(({ from, until, ...rest }) => ({
      ...rest,
      from: toIsoUtcOrNull(from),
      until: toIsoUtcOrNull(until),
    })),
    shortfallsTotal: shortfalls.length,
  };
}

/** The last days that any channel was judged on. */
function toDays(book: DayBook): CertificateDayReport[] {
  return [...book]
    .sort(([a], [b]) => compareText(a, b))
    .slice(-MOST_DAYS)
    .map(([day, channels]) => ({
      day,
      channels: Object.fromEntries(Array.from(channels.values(), ({ channel, state }) => [channel, state])),
    }));
}
