import type { Finding, PendingReason, Severity } from "../domain/finding.ts";
import { SEVERITIES } from "../domain/finding.ts";
import { toIsoUtc, toIsoUtcOrNull } from "../domain/instant.ts";
import { compareText } from "../domain/observation.ts";
import type { VerdictReason } from "../domain/verdict.ts";
import { findCorrections } from "../reconcile/find-corrections.ts";
import { learnPatterns } from "../reconcile/judgement/learn-patterns.ts";
import type { FamilyReport } from "../report/judgement-data.ts";
import type { CodeReport, ReportData } from "../report/report-data.ts";
import { reportCertificates } from "./certificates/report-certificates.ts";
import { judgeGate } from "./gate/judge-gate.ts";
import { gatherCutover, hasDates } from "./gather-cutover.ts";
import { gatherFiles } from "./gather-files.ts";
import { listDrift } from "./list-drift.ts";
import { listFamilies } from "./list-families.ts";
import { listKnownRules } from "./list-known-rules.ts";
import { toFindingReport } from "./list-store.ts";
import { readNoise, readSpeed } from "./measure-feeds.ts";
import type { App } from "./open-app.ts";
import { readSums } from "./read-sums.ts";
import type { ReconcileResult } from "./reconcile-result.ts";
import { readVersion } from "./version.ts";

/** How many findings, groups of quarantined rows and corrections a page can hold; findings.csv holds all findings. */
const MOST_ON_PAGE = 200;
const MOST_FAMILIES = 50;

/** Gathers all that a report shows, after a run. */
export async function gatherReport(app: App, result: ReconcileResult): Promise<ReportData> {
  const { report, reasons, kinds, recall } = result;
  const { store, settings, config, contract, tables } = app;
  const sums = await readSums(store);
  const patterns = learnPatterns(sums, tables);
  const gate = await judgeGate(app, result, sums);
  const overview = new FindingOverview();
  for await (const page of store.findings.list({ states: ["open", "pending", "known"] })) {
    for (const finding of page) overview.add(finding);
  }
  const families = await listFamilies(app, report.runId, patterns);
  const knownRules = await listKnownRules(app, report, sums);
  const books = await store.feeds.books();
  const quarantine = await store.feeds.quarantineGroups(MOST_ON_PAGE);
  const corrected = await store.parcels.listCorrected(MOST_ON_PAGE);
  const corrections: ReportData["corrections"][number][] = [];
  for (const barcode of corrected.barcodes) {
    const dossier = await store.parcels.findDossier(barcode);
    for (const { at, ...rest } of findCorrections(dossier?.observations ?? [])) {
      corrections.push({ barcode, ...rest, at: toIsoUtc(at) });
    }
  }
  const certificates = await reportCertificates(app, result.certificates);
  const files = await gatherFiles(app);
  const drift = await listDrift(app);
  const speed = await readSpeed(app, sums);
  const noise = await readNoise(app, sums);
  return {
    generatedAt: toIsoUtc(app.clock()),
    program: `trackbridge ${readVersion()}`,
    settings: {
      toleranceSeconds: settings.toleranceMs / 1000,
      maxWaitHours: config.reconcile.maxWaitHours,
      settleNewHours: config.reconcile.settleHours.new,
      settleLegacyHours: config.reconcile.settleHours.legacy,
      mappingFingerprint: tables.fingerprint,
      provisional: contract.isProvisional,
    },
    reasons: [...reasons, ...toNewFamilies(families)],
    summary: report,
    channels: books.map(({ firstReceivedAt, watermark, ...rest }) => ({
      ...rest,
      firstReceivedAt: toIsoUtcOrNull(firstReceivedAt),
      watermark: toIsoUtcOrNull(watermark),
    })),
    ...(certificates === undefined ? {} : { certificates }),
    ...(files === undefined ? {} : { files }),
    kinds,
    codes: overview.codes(),
    days: overview.days(),
    statuses: [...tables.statuses.values()]
      .map(({ status, nameNl, nameEn }) => ({ status, nameNl, nameEn, open: overview.openOf(status) }))
      .sort((a, b) => b.open - a.open || compareText(a.status, b.status)),
    findings: overview.worst().map((finding) => toFindingReport(finding, patterns)),
    findingsTotal: report.findings.open + report.findings.pending + report.findings.known,
    pending: overview.pending(),
    quarantine,
    quarantineTotal: books.reduce((sum, { quarantined }) => sum + quarantined, 0),
    corrections: corrections.slice(0, MOST_ON_PAGE),
    correctionsTotal: corrected.corrections,
    ...(drift.length === 0 ? {} : { drift }),
    ...(gate === null ? {} : { gate }),
    ...(speed.lags.length === 0 ? {} : { speed }),
    ...(noise.all.noise.trials === 0 ? {} : { noise }),
    ...(hasDates(app) ? { cutover: await gatherCutover(app, sums) } : {}),
    families: families.slice(0, MOST_FAMILIES),
    familiesTotal: families.length,
    ...(knownRules.length === 0 ? {} : { knownRules }),
    recall,
  };
}

/** A new family is told of even where there are fewer findings than before. */
function toNewFamilies(families: readonly FamilyReport[]): VerdictReason[] {
  const [worst, ...others] = families.filter(({ isNew }) => isNew);
  if (worst === undefined) return [];
  return [{ code: "families_new", values: { families: others.length + 1, signature: worst.signature } }];
}

/** What one walk over the findings that are not resolved comes to; its memory grows with statuses, codes and days only. */
class FindingOverview {
  #worst: Finding[] = [];
  readonly #openByStatus = new Map<string, number>();
  readonly #openByCode = new Map<string, CodeReport>();
  readonly #pending = new Map<PendingReason, { findings: number; firstAt: number; lastAt: number }>();
  readonly #openByDay = new Map<string, Record<Severity, number>>();

  add(finding: Finding): void {
    this.#worst.push(finding);
    if (this.#worst.length > 4 * MOST_ON_PAGE) this.#worst = this.worst();
    if (finding.state === "pending") this.#addPending(finding);
    if (finding.state !== "open") return;
    const status = finding.status ?? finding.legacyStatus ?? finding.newStatus;
    if (status !== null) this.#openByStatus.set(status, (this.#openByStatus.get(status) ?? 0) + 1);
    this.#addCode(finding);
    const day = toIsoUtc(finding.legacyAt ?? finding.newAt ?? finding.firstSeenAt).slice(0, 10);
    const counts = this.#openByDay.get(day) ?? { critical: 0, high: 0, medium: 0, low: 0 };
    counts[finding.severity] += 1;
    this.#openByDay.set(day, counts);
  }

  #addCode({ kind, code }: Finding): void {
    if ((kind !== "unmapped_code" && kind !== "unknown_status") || code === null) return;
    const key = `${kind} ${code}`;
    const findings = (this.#openByCode.get(key)?.findings ?? 0) + 1;
    this.#openByCode.set(key, { kind, code, findings });
  }

  #addPending({ pendingReason, settlesAt }: Finding): void {
    if (pendingReason === null || settlesAt === null) return;
    const { findings, firstAt, lastAt } = this.#pending.get(pendingReason) ?? {
      findings: 0,
      firstAt: settlesAt,
      lastAt: settlesAt,
    };
    this.#pending.set(pendingReason, {
      findings: findings + 1,
      firstAt: Math.min(firstAt, settlesAt),
      lastAt: Math.max(lastAt, settlesAt),
    });
  }

  worst(): Finding[] {
    return this.#worst.toSorted(compareWorst).slice(0, MOST_ON_PAGE);
  }

  openOf(status: string): number {
    return this.#openByStatus.get(status) ?? 0;
  }

  /** The codes with most open findings. */
  codes(): readonly CodeReport[] {
    return [...this.#openByCode.values()]
      .sort((a, b) => b.findings - a.findings || compareText(a.kind, b.kind) || compareText(a.code, b.code))
      .slice(0, MOST_CODES);
  }

  /** What is pending, by reason, with the span in which it comes due. */
  pending(): NonNullable<ReportData["pending"]> {
    return [...this.#pending].map(([reason, { findings, firstAt, lastAt }]) => ({
      reason,
      findings,
      firstSettlesAt: toIsoUtc(firstAt),
      lastSettlesAt: toIsoUtc(lastAt),
    }));
  }

  /** From the first day with an open finding to the last, none left out; the latest ones where there are too many. */
  days(): ReportData["days"] {
    const known = [...this.#openByDay.keys()].sort(compareText);
    const [first] = known;
    const last = known.at(-1);
    if (first === undefined || last === undefined) return [];
    const days: ({ day: string } & Record<Severity, number>)[] = [];
    const end = Temporal.PlainDate.from(last);
    const earliest = end.subtract({ days: MOST_DAYS - 1 });
    const begin = Temporal.PlainDate.from(first);
    let day = Temporal.PlainDate.compare(begin, earliest) < 0 ? earliest : begin;
    for (; Temporal.PlainDate.compare(day, end) <= 0; day = day.add({ days: 1 })) {
      const counts = this.#openByDay.get(day.toString());
      days.push({ day: day.toString(), critical: 0, high: 0, medium: 0, low: 0, ...counts });
    }
    return days;
  }
}

const MOST_CODES = 20;
const MOST_DAYS = 62;

const BY_STATE: readonly Finding["state"][] = ["open", "pending", "known", "resolved"];

function compareWorst(a: Finding, b: Finding): number {
  return (
    BY_STATE.indexOf(a.state) - BY_STATE.indexOf(b.state) ||
    SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
    (a.legacyAt ?? a.newAt ?? a.firstSeenAt) - (b.legacyAt ?? b.newAt ?? b.firstSeenAt) ||
    compareText(a.barcode, b.barcode) ||
    compareText(a.id, b.id)
  );
}
