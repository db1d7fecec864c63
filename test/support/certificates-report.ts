import type {
  CertificateReport,
  CertificatesReport,
  ShortfallReport,
} from "../../src/report/certificate-data.ts";

/** The file of one morning that has not come. */
export function aShortfallReport(wish: Partial<ShortfallReport> = {}): ShortfallReport {
  return {
    kind: "file_missing",
    subject: "postnl",
    count: 1,
    of: null,
    from: "2026-03-19T05:00:00Z",
    until: "2026-03-19T05:00:00Z",
    detail: "11223344",
    ...wish,
  };
}

/** Of the status API: asked for up to a quarter of an hour ago, and complete. */
export function aCertificateReport(wish: Partial<CertificateReport> = {}): CertificateReport {
  return {
    channel: "status-api",
    state: "complete",
    isDemanded: true,
    since: "2026-03-01T06:15:00Z",
    heardTo: "2026-03-20T06:15:00Z",
    completeTo: "2026-03-20T04:15:00Z",
    expectation: { unit: "customers", expected: 2, received: 2 },
    received: { intakes: 3120, rows: 48_211, duplicates: 30_114, quarantined: 0 },
    watermark: "2026-03-20T06:15:12Z",
    quietSeconds: 888,
    quietAllowedSeconds: 7200,
    shortfalls: [],
    shortfallsTotal: 0,
    ...wish,
  };
}

/** One channel in each state. */
export function aCertificatesReport(wish: Partial<CertificatesReport> = {}): CertificatesReport {
  return {
    demand: ["legacy-scan", "status-api"],
    channels: [
      aCertificateReport({
        channel: "legacy-scan",
        state: "incomplete",
        heardTo: "2026-03-19T05:00:00Z",
        completeTo: "2026-03-18T17:00:00Z",
        expectation: { unit: "files", expected: 14, received: 13 },
        received: { intakes: 40, rows: 41_020, duplicates: 0, quarantined: 96 },
        watermark: "2026-03-20T05:02:41Z",
        quietSeconds: 5239,
        quietAllowedSeconds: null,
        shortfalls: [
          aShortfallReport(),
          aShortfallReport({
            kind: "quarantined",
            subject: null,
            count: 96,
            of: 5024,
            from: "2026-03-18T00:00:00Z",
            until: "2026-03-18T23:59:59.999Z",
            detail: null,
          }),
        ],
        shortfallsTotal: 2,
      }),
      aCertificateReport({
        channel: "webhook",
        state: "unproven",
        isDemanded: false,
        since: null,
        heardTo: null,
        completeTo: null,
        expectation: null,
        received: { intakes: 20_118, rows: 20_118, duplicates: 12, quarantined: 0 },
        watermark: "2026-03-20T06:29:58Z",
        quietSeconds: 2,
        quietAllowedSeconds: 259_200,
        shortfalls: [
          aShortfallReport({ kind: "no_witness", subject: null, from: null, until: null, detail: null }),
        ],
        shortfallsTotal: 1,
      }),
      aCertificateReport(),
    ],
    days: [
      { day: "2026-03-16", channels: { "legacy-scan": "complete", webhook: "unproven" } },
      {
        day: "2026-03-17",
        channels: { "legacy-scan": "complete", webhook: "unproven", "status-api": "complete" },
      },
      {
        day: "2026-03-18",
        channels: { "legacy-scan": "incomplete", webhook: "unproven", "status-api": "complete" },
      },
    ],
    ...wish,
  };
}
