import { FILE_IRREGULARITIES } from "../../src/domain/file-calendar.ts";
import type { FindingKind } from "../../src/domain/finding.ts";
import { FINDING_KINDS } from "../../src/domain/finding.ts";
import type { FamilyReport, KnownRuleReport } from "../../src/report/judgement-data.ts";
import type {
  ChannelReport,
  FeedFilesReport,
  FileIrregularityReport,
  FilesReport,
  FindingReport,
  ImportReport,
  KindReport,
  ParcelReport,
  ReconcileReport,
  ReportData,
} from "../../src/report/report-data.ts";

/** An `import` of scan files: 8 rows, all of them accepted. */
export function anImportReport(changes: Partial<ImportReport> = {}): ImportReport {
  return {
    channel: "legacy-scan",
    intakes: 2,
    seen: 8,
    accepted: 8,
    duplicates: 0,
    quarantined: 0,
    ...changes,
  };
}

export function aParcelReport(changes: Partial<ParcelReport> = {}): ParcelReport {
  return {
    barcode: "3SDEVC123456789",
    verdict: "matched",
    legacyEpisodes: 5,
    newEpisodes: 5,
    openFindings: 0,
    ...changes,
  };
}

/** An open `missing_in_new` of a delivered parcel. */
export function aFindingReport(changes: Partial<FindingReport> = {}): FindingReport {
  return {
    id: "f1a40cc0ffee0001",
    kind: "missing_in_new",
    state: "open",
    severity: "critical",
    barcode: "3SDEVC123456789",
    status: "delivered",
    legacyStatus: null,
    newStatus: null,
    code: null,
    field: null,
    deltaSeconds: null,
    legacyAt: "2026-03-18T13:22:56Z",
    newAt: null,
    cause: "undecided",
    causeRule: null,
    signature: "missing_in_new/delivered",
    firstSeenAt: "2026-03-19T06:30:00Z",
    settlesAt: "2026-03-18T15:22:56Z",
    pendingReason: null,
    reopenCount: 0,
    knownDifference: null,
    evidence: { sources: [aSource("legacy-scan", "I01", 218)] },
    ...changes,
  };
}

/** Where a channel said it, as evidence names it. */
function aSource(channel: ChannelReport["channel"], code: string, line: number): object {
  const intake = `${channel === "legacy-scan" ? "5b1f" : "c09e"}`.repeat(16);
  return { channel, code, intake, line };
}

const NO_STATUS = { status: null, legacyAt: null, settlesAt: null } as const;

/** One finding of every kind, each with the fields that its kind has. */
export const FINDINGS_OF_ALL_KINDS: readonly FindingReport[] = [
  aFindingReport({
    id: "f0000000000000a1",
    kind: "final_conflict",
    barcode: "3SDEVC249473872",
    status: null,
    legacyStatus: "delivered",
    newStatus: "returned",
    legacyAt: "2026-03-19T12:04:10Z",
    newAt: "2026-03-19T12:04:31Z",
    deltaSeconds: 21,
    cause: "undecided",
    signature: "final_conflict/delivered/returned",
    evidence: { sources: [aSource("legacy-scan", "I01", 71), aSource("webhook", "returned", 1)] },
  }),
  aFindingReport({
    id: "f0000000000000a2",
    kind: "parcel_missing_in_new",
    ...NO_STATUS,
    barcode: "3SDEVC216352568",
    legacyAt: "2026-03-18T17:41:02Z",
    settlesAt: "2026-03-18T19:41:02Z",
    cause: "new",
    causeRule: "customer-not-subscribed",
    signature: "parcel_missing_in_new/55667788",
    evidence: {
      statuses: ["accepted", "sorted", "out_for_delivery", "delivered"],
      sources: [aSource("legacy-scan", "B01", 12), aSource("legacy-scan", "J01", 44)],
    },
  }),
  aFindingReport({
    id: "f0000000000000a3",
    kind: "parcel_missing_in_legacy",
    ...NO_STATUS,
    barcode: "3SDEVC804411275",
    newAt: "2026-03-17T09:15:40Z",
    settlesAt: "2026-03-17T21:15:40Z",
    evidence: {
      statuses: ["announced", "accepted", "sorted"],
      sources: [aSource("status-api", "announced", 1)],
    },
  }),
  aFindingReport(),
  aFindingReport({
    id: "f0000000000000a5",
    kind: "status_mismatch",
    severity: "high",
    barcode: "3SDEVC331200418",
    status: null,
    legacyStatus: "held",
    newStatus: "delivery_changed",
    legacyAt: "2026-03-18T08:11:00Z",
    newAt: "2026-03-18T08:11:00Z",
    deltaSeconds: 0,
    cause: "mapping",
    causeRule: "same-code-other-status",
    signature: "status_mismatch/H08/held/delivery_changed",
    reopenCount: 1,
    evidence: { code: "H08", seenOn: 23, of: 23, wilsonLower: 0.857 },
  }),
  aFindingReport({
    id: "f0000000000000a6",
    kind: "unknown_status",
    ...NO_STATUS,
    severity: "high",
    barcode: "3SDEVC331200999",
    code: "locker_reassigned",
    newAt: "2026-03-18T10:02:11Z",
    legacyStatus: "ready_for_pickup",
    signature: "unknown_status/locker_reassigned",
    evidence: { legacyStatus: "ready_for_pickup", count: 2 },
  }),
  aFindingReport({
    id: "f0000000000000a7",
    kind: "missing_in_legacy",
    severity: "high",
    barcode: "3SDEVC417720031",
    status: "delivery_changed",
    legacyAt: null,
    newAt: "2026-03-17T19:30:05Z",
    settlesAt: "2026-03-18T07:30:05Z",
    signature: "missing_in_legacy/delivery_changed",
    evidence: { eventId: "0b7d5f4e-2ad0-4c36-8b1f-5d2f5f0f7c44" },
  }),
  aFindingReport({
    id: "f0000000000000a8",
    kind: "status_after_final",
    severity: "high",
    barcode: "3SDEVC552018820",
    status: "sorted",
    legacyAt: null,
    newAt: "2026-03-16T22:48:17Z",
    settlesAt: "2026-03-17T10:48:17Z",
    cause: "new",
    causeRule: "contradicts-own-final",
    signature: "status_after_final/sorted",
    evidence: { final: { status: "delivered", at: "2026-03-16T14:20:00Z" } },
  }),
  aFindingReport({
    id: "f0000000000000a9",
    kind: "unmapped_code",
    ...NO_STATUS,
    severity: "medium",
    barcode: "3SDEVC660000127",
    code: "Z97",
    legacyAt: "2026-03-15T11:00:00Z",
    cause: "mapping",
    causeRule: "code-not-in-table",
    signature: "unmapped_code/Z97",
    evidence: { newStatus: "in_transit", file: "TT_11223344_20260315_120027_003.csv", line: 40 },
  }),
  aFindingReport({
    id: "f0000000000000b1",
    kind: "time_mismatch",
    severity: "medium",
    barcode: "3SDEVC712345000",
    status: "sorted",
    legacyAt: "2026-03-18T22:40:00Z",
    newAt: "2026-03-18T23:40:00Z",
    deltaSeconds: 3600,
    cause: "timing",
    causeRule: "whole-hours",
    signature: "time_mismatch/+1h",
    evidence: { hours: 1 },
  }),
  aFindingReport({
    id: "f0000000000000b2",
    kind: "order_mismatch",
    severity: "medium",
    barcode: "3SDEVC722200713",
    status: "out_for_delivery",
    legacyAt: "2026-03-18T07:02:00Z",
    newAt: "2026-03-18T16:31:12Z",
    deltaSeconds: 34152,
    evidence: { crosses: "delivered" },
  }),
  aFindingReport({
    id: "f0000000000000b3",
    kind: "push_missed",
    severity: "medium",
    barcode: "3SDEVC733300111",
    status: "ready_for_pickup",
    legacyAt: null,
    newAt: "2026-03-19T15:10:00Z",
    settlesAt: "2026-03-19T17:10:00Z",
    cause: "new",
    causeRule: "status-api-has-it",
    evidence: { listedAt: "2026-03-20T06:30:00Z" },
  }),
  aFindingReport({
    id: "f0000000000000b4",
    kind: "pull_missed",
    severity: "medium",
    barcode: "3SDEVC744400222",
    status: "delayed",
    legacyAt: null,
    newAt: "2026-03-19T05:00:00Z",
    settlesAt: "2026-03-19T07:00:00Z",
    evidence: { repliesSince: 2 },
  }),
  aFindingReport({
    id: "f0000000000000b5",
    kind: "detail_mismatch",
    severity: "low",
    barcode: "3SDEVC755500333",
    status: "accepted",
    field: "reference",
    legacyAt: "2026-03-19T09:00:00Z",
    newAt: "2026-03-19T09:00:02Z",
    settlesAt: null,
    deltaSeconds: 2,
    evidence: {
      legacyValue: "ORDER-1001",
      newValue: "ORDER-1001/B",
      sources: [aSource("webhook", "accepted", 1)],
    },
  }),
  aFindingReport({
    id: "f0000000000000b6",
    kind: "duplicate_push",
    severity: "low",
    barcode: "3SDEVC766600444",
    status: "delivered",
    legacyAt: null,
    newAt: "2026-03-19T13:45:00Z",
    settlesAt: null,
    cause: "new",
    causeRule: "two-event-ids",
    evidence: { eventIds: ["7e1a…01", "7e1a…02"] },
  }),
];

/** Findings in the three states that are not open. */
export const FINDINGS_NOT_OPEN: readonly FindingReport[] = [
  aFindingReport({
    id: "f0000000000000c1",
    state: "pending",
    pendingReason: "not_settled",
    barcode: "3SDEVC881100555",
    legacyAt: "2026-03-21T05:10:00Z",
    firstSeenAt: "2026-03-21T06:30:00Z",
    settlesAt: "2026-03-21T07:10:00Z",
  }),
  aFindingReport({
    id: "f0000000000000c2",
    kind: "missing_in_legacy",
    state: "pending",
    pendingReason: "not_settled",
    severity: "high",
    barcode: "3SDEVC882200666",
    status: "out_for_delivery",
    legacyAt: null,
    newAt: "2026-03-21T06:02:00Z",
    firstSeenAt: "2026-03-21T06:30:00Z",
    settlesAt: "2026-03-21T18:02:00Z",
  }),
  aFindingReport({
    id: "f0000000000000c3",
    kind: "missing_in_legacy",
    state: "known",
    severity: "high",
    barcode: "3SDEVC883300777",
    status: "delivery_changed",
    legacyAt: null,
    newAt: "2026-03-18T10:00:00Z",
    settlesAt: "2026-03-18T22:00:00Z",
    cause: "agreed",
    causeRule: "known-difference",
    knownDifference: "KD-007 new feed reports planned changes",
  }),
  aFindingReport({
    id: "f0000000000000c4",
    state: "resolved",
    barcode: "3SDEVC884400888",
    newAt: "2026-03-18T13:22:58Z",
    evidence: { lateBySeconds: 11_402 },
  }),
];

/** Figures of a run with findings of every kind; they add up. */
export function aReconcileReport(changes: Partial<ReconcileReport> = {}): ReconcileReport {
  return {
    runId: "run-20260321-063000",
    parcels: { total: 12_480, matched: 12_391, known: 12, mismatched: 31, pending: 46, notProven: 0 },
    findings: { open: 46, pending: 50, known: 12, resolved: 180 },
    tieOut: {
      rows: { seen: 196_504, accepted: 153_147, duplicates: 43_347, quarantined: 10 },
      legacy: { episodes: 58_191, agreed: 58_120, differing: 24, explained: 2, lone: 45 },
      new: { episodes: 58_180, agreed: 58_120, differing: 24, explained: 3, lone: 33 },
      parcels: 12_480,
      difference: 0,
    },
    verdict: "no_go",
    ...changes,
  };
}

/** The channels whose rows {@link aReconcileReport} adds up. */
const CHANNELS: readonly ChannelReport[] = [
  {
    channel: "legacy-scan",
    intakes: 80,
    seen: 61_204,
    accepted: 60_112,
    duplicates: 1_085,
    quarantined: 7,
    firstReceivedAt: "2026-03-01T06:00:27Z",
    watermark: "2026-03-21T06:00:12Z",
  },
  {
    channel: "legacy-api",
    intakes: 2_140,
    seen: 24_310,
    accepted: 11_902,
    duplicates: 12_408,
    quarantined: 0,
    firstReceivedAt: "2026-03-01T06:12:00Z",
    watermark: "2026-03-21T06:11:40Z",
  },
  {
    channel: "webhook",
    intakes: 62_770,
    seen: 62_770,
    accepted: 61_018,
    duplicates: 1_750,
    quarantined: 2,
    firstReceivedAt: "2026-03-01T00:00:09.12Z",
    watermark: "2026-03-21T06:29:31.87Z",
  },
  {
    channel: "status-api",
    intakes: 3_012,
    seen: 48_220,
    accepted: 20_115,
    duplicates: 28_104,
    quarantined: 1,
    firstReceivedAt: "2026-03-01T06:30:00Z",
    watermark: "2026-03-21T06:28:02Z",
  },
];

/** Kind, worst severity, then open, pending, known, resolved. */
const KINDS: readonly (readonly [FindingKind, KindReport["severity"], number, number, number, number])[] = [
  ["missing_in_new", "critical", 9, 21, 0, 118],
  ["missing_in_legacy", "high", 3, 11, 12, 40],
  ["status_mismatch", "high", 6, 4, 0, 3],
  ["final_conflict", "critical", 2, 0, 0, 1],
  ["time_mismatch", "medium", 5, 6, 0, 0],
  ["order_mismatch", "medium", 1, 0, 0, 0],
  ["status_after_final", "high", 1, 2, 0, 0],
  ["parcel_missing_in_new", "critical", 4, 3, 0, 2],
  ["parcel_missing_in_legacy", "critical", 1, 0, 0, 0],
  ["unmapped_code", "medium", 3, 0, 0, 2],
  ["unknown_status", "high", 2, 0, 0, 0],
  ["push_missed", "medium", 4, 3, 0, 9],
  ["pull_missed", "medium", 1, 0, 0, 0],
  ["duplicate_push", "low", 2, 0, 0, 5],
  ["detail_mismatch", "low", 2, 0, 0, 0],
];

/** Critical, high, medium and low per day, from 8 March 2026: 46 in all. */
const DAYS = [
  [0, 0, 1, 0],
  [0, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 0, 0],
  [0, 1, 1, 0],
  [0, 0, 0, 0],
  [0, 0, 0, 1],
  [1, 0, 2, 0],
  [0, 1, 1, 0],
  [1, 2, 1, 0],
  [4, 5, 4, 1],
  [4, 4, 3, 2],
  [2, 2, 1, 0],
  [0, 0, 0, 0],
] as const;

/** A report of a run that ends in *no go*, with findings of every kind and state. Starts valid; figures add up. */
export function aReportData(changes: Partial<ReportData> = {}): ReportData {
  return {
    generatedAt: "2026-03-21T06:30:00Z",
    program: "trackbridge 0.1.0",
    settings: {
      toleranceSeconds: 120,
      maxWaitHours: 72,
      settleNewHours: 2,
      settleLegacyHours: 12,
      mappingFingerprint: "9d1c2f7a04be",
      provisional: true,
    },
    reasons: [
      { code: "findings_open", values: { open: 46, parcels: 31 } },
      { code: "pending_left", values: { pending: 50 } },
    ],
    summary: aReconcileReport(),
    channels: CHANNELS,
    files: aFilesReport(),
    kinds: KINDS.map(([kind, severity, open, pending, known, resolved]) => ({
      kind,
      severity,
      open,
      pending,
      known,
      resolved,
    })),
    codes: [
      { kind: "unmapped_code", code: "Z97", findings: 3 },
      { kind: "unknown_status", code: "locker_reassigned", findings: 1 },
    ],
    days: DAYS.map(([critical, high, medium, low], i) => ({
      day: `2026-03-${String(i + 8).padStart(2, "0")}`,
      critical,
      high,
      medium,
      low,
    })),
    statuses: [
      { status: "delivered", nameNl: "Bezorgd", nameEn: "Delivered", open: 11 },
      { status: "sorted", nameNl: "Gesorteerd", nameEn: "Sorted", open: 8 },
      { status: "held", nameNl: "In opslag", nameEn: "Held", open: 6 },
      { status: "ready_for_pickup", nameNl: "Klaar om af te halen", nameEn: "Ready for pick-up", open: 4 },
      { status: "delivery_changed", nameNl: "Bezorging gewijzigd", nameEn: "Delivery changed", open: 3 },
      { status: "out_for_delivery", nameNl: "Bezorger onderweg", nameEn: "Out for delivery", open: 1 },
      { status: "returned", nameNl: "Retour bezorgd", nameEn: "Returned", open: 0 },
    ],
    findings: [...FINDINGS_OF_ALL_KINDS, ...FINDINGS_NOT_OPEN],
    findingsTotal: 288,
    pending: [
      {
        reason: "not_settled",
        findings: 50,
        firstSettlesAt: "2026-03-21T07:10:00Z",
        lastSettlesAt: "2026-03-21T18:29:40Z",
      },
    ],
    quarantine: [
      {
        channel: "legacy-scan",
        name: "TT_11223344_20260312_120030_003.csv",
        code: "TIME_INVALID",
        rows: 7,
        line: 88,
        message:
          "TT_11223344_20260312_120030_003.csv line 88: Tijdstip '31-02-2026 10:00:00' → a date that exists, as dd-MM-yyyy HH:mm:ss → ask the carrier for a corrected file",
      },
      {
        channel: "webhook",
        name: "delivery 0d1f77c2",
        code: "EVENT_ID_CONFLICT",
        rows: 2,
        line: 1,
        message:
          "delivery 0d1f77c2: eventId '6f0c51d2' → the body it came with before → ask the carrier which one counts",
      },
    ],
    quarantineTotal: 10,
    corrections: [{ barcode: "3SDEVC123456789", code: "I01", at: "2026-03-18T13:22:56Z", intakes: 2 }],
    families: [
      aFamilyReport({ isNew: true }),
      aFamilyReport({
        signature: "missing_in_new J02 sorted",
        kind: "missing_in_new",
        severity: "high",
        cause: "undecided",
        causeRule: null,
        sizes: { open: 9, pending: 21, known: 0, resolved: 118 },
        firstSeenAt: "2026-03-08T03:30:00Z",
        trend: [12, 9, 10, 11, 14, 8, 12, 9, 13, 12, 11, 10, 9, 8],
        action: { code: "look_at_example", values: { barcode: "3SDEVC123456789" } },
      }),
      aFamilyReport({
        signature: "missing_in_legacy delivery_changed",
        kind: "missing_in_legacy",
        severity: "medium",
        cause: "agreed",
        causeRule: "known_difference",
        sizes: { open: 0, pending: 0, known: 12, resolved: 0 },
        trend: [0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 2, 2, 1, 0],
        action: { code: "renew_agreement", values: { rule: "changes-told-by-new-only" } },
      }),
    ],
    familiesTotal: 5,
    knownRules: [
      aKnownRule(),
      aKnownRule({ id: "locker-named-otherwise", state: "unused", hits: 0 }),
      aKnownRule({ id: "old-depot-codes", state: "expired", hits: 0, expiresAt: "2026-02-28T23:00:00Z" }),
      aKnownRule({ id: "all-of-a-customer", state: "exhausted", hits: 0, maximumHits: 10, isOverWide: true }),
    ],
    recall: FINDING_KINDS.map((kind) => ({
      kind,
      planted: kind === "pull_missed" ? 0 : 20,
      found: kind === "pull_missed" ? 0 : kind === "order_mismatch" ? 19 : 20,
      missedOn: kind === "order_mismatch" ? "3SDEVC123456789" : null,
    })),
    ...changes,
  };
}

/** A family of 12 open findings, decided by a rule. */
export function aFamilyReport(changes: Partial<FamilyReport> = {}): FamilyReport {
  return {
    signature: "status_mismatch J01 sorted>in_transit",
    kind: "status_mismatch",
    severity: "high",
    cause: "mapping",
    causeRule: "code_meets_other_status",
    sizes: { open: 12, pending: 3, known: 0, resolved: 1 },
    firstSeenAt: "2026-03-21T06:30:00Z",
    lastSeenAt: "2026-03-21T06:30:00Z",
    isNew: false,
    trend: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16],
    example: { barcode: "3SDEVC123456789", id: "0123456789abcdef" },
    action: { code: "correct_code_row", values: { code: "J01", status: "in_transit" } },
    ...changes,
  };
}

/** A rule in force that hides 12 findings of at most 500. */
function aKnownRule(changes: Partial<KnownRuleReport> = {}): KnownRuleReport {
  return {
    id: "changes-told-by-new-only",
    reason: "Only the new feed tells that a delivery was changed.",
    owner: "a.jansen@example.nl",
    approver: "b.devries@example.nl",
    expiresAt: "2026-09-30T22:00:00Z",
    hits: 12,
    maximumHits: 500,
    state: "in_force",
    isOverWide: false,
    ...changes,
  };
}

/** Files of two feeds, one of which has something wrong of every kind. */
export function aFilesReport(changes: Partial<FilesReport> = {}): FilesReport {
  const name = "TT_11223344_20260320_120030_003.csv";
  return {
    feeds: [
      {
        feed: "postnl",
        calendar: "learnt",
        since: "2026-03-14T06:30:00Z",
        files: 312,
        lastReceivedAt: "2026-03-21T06:00:30Z",
        slots: { received: 26, late: 1, missing: 1, due: 0 },
        unlearnt: 1,
      },
      {
        feed: "dpd",
        calendar: "given",
        since: "2026-03-14T06:30:00Z",
        files: 336,
        lastReceivedAt: null,
        slots: { received: 336, late: 0, missing: 0, due: 1 },
        unlearnt: 0,
      },
    ],
    irregularities: [
      aFileFault({ irregularity: "missing", name: null }),
      aFileFault({ irregularity: "gap", name, fromNumber: 41, toNumber: 42 }),
      aFileFault({ irregularity: "unreadable", name, customer: null }),
      aFileFault({ irregularity: "short", name, sizeBytes: 312, usualBytes: 48_000 }),
      aFileFault({ irregularity: "shrunk", name, version: 2, sizeBytes: 7_000, usualBytes: 48_000 }),
      aFileFault({ irregularity: "late", name, expectedAt: "2026-03-20T06:00:30Z" }),
      aFileFault({ irregularity: "restarted", name, fromNumber: 5_231, toNumber: 1 }),
      aFileFault({ irregularity: "corrected", name, version: 3, sizeBytes: 48_100, usualBytes: 48_000 }),
      aFileFault({ irregularity: "resent", name, otherName: "TT_11223344_20260320_060030_002.csv" }),
    ],
    irregularitiesTotal: 9,
    ...changes,
  };
}

function aFileFault(changes: Partial<FileIrregularityReport>): FileIrregularityReport {
  return {
    feed: "postnl",
    irregularity: "missing",
    customer: "11223344",
    name: null,
    at: "2026-03-20T12:00:30Z",
    expectedAt: null,
    otherName: null,
    version: null,
    sizeBytes: null,
    usualBytes: null,
    fromNumber: null,
    toNumber: null,
    ...changes,
  };
}

/** A report of a run in which all parcels agree: *go*, official contract. */
export function aCleanReportData(changes: Partial<ReportData> = {}): ReportData {
  const { files: _, knownRules: __, ...start } = aReportData();
  return {
    ...start,
    settings: { ...start.settings, provisional: false },
    reasons: [{ code: "all_agree", values: {} }],
    summary: aReconcileReport({
      parcels: { total: 3_100, matched: 3_100, known: 0, mismatched: 0, pending: 0, notProven: 0 },
      findings: { open: 0, pending: 0, known: 0, resolved: 0 },
      tieOut: {
        rows: { seen: 120, accepted: 100, duplicates: 20, quarantined: 0 },
        legacy: { episodes: 50, agreed: 50, differing: 0, explained: 0, lone: 0 },
        new: { episodes: 50, agreed: 50, differing: 0, explained: 0, lone: 0 },
        parcels: 3_100,
        difference: 0,
      },
      verdict: "go",
    }),
    channels: [
      { ...channel("legacy-scan"), intakes: 4, seen: 60, accepted: 50, duplicates: 10 },
      { ...channel("webhook"), intakes: 60, seen: 60, accepted: 50, duplicates: 10 },
    ],
    kinds: [],
    codes: [],
    days: [],
    statuses: [],
    findings: [],
    findingsTotal: 0,
    pending: [],
    quarantine: [],
    quarantineTotal: 0,
    corrections: [],
    families: [],
    familiesTotal: 0,
    recall: FINDING_KINDS.map((kind) => ({ kind, planted: 20, found: 20, missedOn: null })),
    ...changes,
  };
}

/** A report of a run whose new feed fell silent: *not proven*. */
export function aSilentReportData(): ReportData {
  const start = aCleanReportData();
  const silent = aFindingReport({
    state: "pending",
    pendingReason: "feed_silent",
    settlesAt: "2026-03-21T13:22:56Z",
  });
  return {
    ...start,
    reasons: [{ code: "feed_silent", values: { side: "new" } }],
    summary: {
      ...start.summary,
      parcels: { total: 3_100, matched: 3_098, known: 0, mismatched: 0, pending: 0, notProven: 2 },
      findings: { open: 0, pending: 2, known: 0, resolved: 0 },
      verdict: "not_proven",
    },
    channels: [
      ...start.channels,
      { ...channel("status-api"), intakes: 0, firstReceivedAt: null, watermark: null },
    ],
    kinds: [{ kind: "missing_in_new", severity: "critical", open: 0, pending: 2, known: 0, resolved: 0 }],
    findings: [silent],
    findingsTotal: 2,
    pending: [
      {
        reason: "feed_silent",
        findings: 2,
        firstSettlesAt: "2026-03-21T13:22:56Z",
        lastSettlesAt: "2026-03-21T15:00:00Z",
      },
    ],
  };
}

function channel(name: ChannelReport["channel"]): ChannelReport {
  return {
    channel: name,
    intakes: 1,
    seen: 0,
    accepted: 0,
    duplicates: 0,
    quarantined: 0,
    firstReceivedAt: "2026-03-20T06:00:00Z",
    watermark: "2026-03-21T06:00:00Z",
  };
}

/** A character that acts on a terminal, hides or reorders text; line breaks and tabs are not among them. */
export const ACTING_CHARACTER = /(?![\r\n\t])[\p{Cc}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]/u;

/** Texts that try to become markup, formulas, terminal commands or other words than they are. */
export const HOSTILE_TEXTS = [
  "<script>document.title='owned'</script>",
  "</style></td></table><img src=x onerror=alert(1)>",
  '" onmouseover="alert(1)" x=\'`',
  "<!-- --><svg/onload=alert(1)>",
  "]]><b>bold</b>",
  "javascript:alert(1)//&lt;b&gt;&#60;i&#62;",
  "abc\u202edcba\u2066x\u2069\u200bhidden\u061c",
  "\u0000\u0007\u001b[31mred\u001b[0m\u009b2J",
  '=HYPERLINK("http://127.0.0.1/","x")\n+1+1\r\n\t@SUM(A1)\u00a0-2',
  "{open} $& $' {{x}}",
  `long ${"W".repeat(400)}`,
  "lone \ud83d surrogate",
  "__proto__",
] as const;

/** {@link aReportData} with hostile texts wherever a text comes from outside. */
export function aHostileReportData(): ReportData {
  const start = aReportData();
  const hostile = (i: number) => HOSTILE_TEXTS[i % HOSTILE_TEXTS.length] ?? "";
  return {
    ...start,
    program: hostile(0),
    settings: { ...start.settings, mappingFingerprint: hostile(1) },
    reasons: [
      { code: "findings_open", values: { open: hostile(2), parcels: hostile(0), extra: hostile(3) } },
    ],
    summary: { ...start.summary, runId: hostile(3) },
    statuses: HOSTILE_TEXTS.map((text, i) => ({
      status: text,
      nameNl: hostile(i + 1),
      nameEn: hostile(i + 1),
      open: 3,
    })),
    codes: HOSTILE_TEXTS.map((code) => ({ kind: "unmapped_code", code, findings: 1 })),
    files: aFilesReport({
      feeds: HOSTILE_TEXTS.map((text, i) => ({
        ...(aFilesReport().feeds[i % 2] as FeedFilesReport),
        feed: text,
        lastReceivedAt: hostile(i + 1),
      })),
      irregularities: HOSTILE_TEXTS.map((text, i) =>
        aFileFault({
          irregularity: FILE_IRREGULARITIES[i % FILE_IRREGULARITIES.length] ?? "missing",
          feed: hostile(i + 1),
          customer: hostile(i + 2),
          name: text,
          otherName: hostile(i + 3),
          at: hostile(i + 4),
          expectedAt: hostile(i + 5),
        }),
      ),
      irregularitiesTotal: HOSTILE_TEXTS.length,
    }),
    days: start.days.map((day, i) => ({ ...day, day: i % 2 === 0 ? hostile(i) : day.day })),
    findings: FINDING_KINDS.map((kind, i) =>
      aFindingReport({
        id: `${hostile(i)}${i}`,
        kind,
        barcode: hostile(i + 1),
        status: hostile(i + 2),
        legacyStatus: hostile(i + 3),
        newStatus: hostile(i + 4),
        code: hostile(i + 5),
        field: hostile(i + 6),
        legacyAt: hostile(i + 7),
        newAt: hostile(i + 8),
        settlesAt: hostile(i + 9),
        state: i % 2 === 0 ? "pending" : "open",
        pendingReason: i % 2 === 0 ? "not_settled" : null,
        causeRule: hostile(i + 10),
        signature: hostile(i + 11),
        knownDifference: hostile(i + 12),
        evidence: Object.fromEntries([
          ...HOSTILE_TEXTS.map((text) => [text, { [text]: [text, { [text]: { [text]: text } }] }] as const),
          ["list", HOSTILE_TEXTS],
        ]),
      }),
    ),
    quarantine: HOSTILE_TEXTS.map((text, i) => ({
      channel: "webhook",
      name: text,
      code: hostile(i + 1),
      rows: i + 1,
      line: i,
      message: hostile(i + 2),
    })),
    families: HOSTILE_TEXTS.map((text, i) =>
      aFamilyReport({
        signature: text,
        causeRule: hostile(i + 1),
        firstSeenAt: hostile(i + 2),
        isNew: true,
        example: { barcode: hostile(i + 3), id: hostile(i + 4) },
        action:
          i % 2 === 0
            ? { code: hostile(i + 5), values: {} }
            : { code: "correct_code_row", values: { code: hostile(i + 6), status: hostile(i + 7) } },
      }),
    ),
    knownRules: HOSTILE_TEXTS.map((text, i) =>
      aKnownRule({
        id: text,
        reason: hostile(i + 1),
        owner: hostile(i + 2),
        approver: hostile(i + 3),
        expiresAt: hostile(i + 4),
      }),
    ),
    recall: FINDING_KINDS.map((kind, i) => ({ kind, planted: 2, found: 1, missedOn: hostile(i) })),
    corrections: HOSTILE_TEXTS.map((text, i) => ({
      barcode: text,
      code: hostile(i + 1),
      at: hostile(i + 2),
      intakes: 2,
    })),
  };
}
