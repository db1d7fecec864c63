import type { Barcode } from "../domain/barcode.ts";
import type { Channel, Side } from "../domain/channel.ts";
import { sideOf } from "../domain/channel.ts";
import { toIsoUtc, toIsoUtcOrNull } from "../domain/instant.ts";
import type { KeptObservation } from "../domain/merge-observation.ts";
import { compareObservations } from "../domain/observation.ts";
import { translate } from "../mapping/translate.ts";
import type { Episode } from "../reconcile/episode.ts";
import { evaluateParcel } from "../reconcile/evaluate-parcel.ts";
import { judgeParcel } from "../reconcile/judge-parcel.ts";
import type { Pairing } from "../reconcile/pair-episodes.ts";
import type { TraceOutcome, TraceReport, TraceRow } from "../report/trace-report.ts";
import { toFindingReport } from "./list-store.ts";
import type { App } from "./open-app.ts";
import { readPatterns } from "./read-patterns.ts";

/**
 * Everything about one parcel: what each channel said and where that stands in
 * the raw data, which episodes that makes, how they pair, and what was found.
 *
 * @returns `undefined` when no channel ever spoke of the parcel
 */
export async function traceParcel(
  app: App,
  barcode: Barcode,
  { withRaw }: { readonly withRaw: boolean },
): Promise<TraceReport | undefined> {
  const { store, tables, settings } = app;
  const dossier = await store.parcels.findDossier(barcode);
  if (dossier === undefined || dossier.observations.length === 0) return undefined;
  const moment = { now: app.clock(), progress: await store.feeds.progress() };
  const { pairing, explanations, unexpected, findings } = evaluateParcel(dossier, tables, settings, moment);
  const patterns = await readPatterns(app);
  const observations: TraceReport["observations"][number][] = [];
  for (const observation of dossier.observations.toSorted(compareObservations)) {
    const translation = translate(observation.channel, observation.code, observation.at, tables);
    const [arrival] = observation.delivery === null ? await store.feeds.arrivals(observation.intake) : [];
    observations.push({
      side: sideOf(observation.channel),
      channel: observation.channel,
      code: observation.code,
      meaning: translation.kind === "status" ? translation.status : translation.kind,
      at: toIsoUtc(observation.at),
      laterAt: toIsoUtcOrNull(observation.laterAt),
      nonexistentTime: observation.nonexistentTime,
      receivedAt: toIsoUtc(observation.receivedAt),
      name: observation.delivery?.name ?? arrival?.name ?? "",
      line: observation.line,
      intake: observation.intake,
      details: observation.details,
      raw: withRaw ? await readRaw(app, observation) : null,
    });
  }
  return {
    barcode,
    verdict: judgeParcel(findings),
    rows: toRows(pairing, new Set([...unexpected, ...explanations.flatMap(({ explained }) => explained)])),
    observations,
    findings: dossier.findings.map((finding) => toFindingReport(finding, patterns)),
    history: (await store.findings.history(barcode)).map(({ id, at, from, to, reason, runId }) => ({
      id,
      at: toIsoUtc(at),
      from,
      to,
      reason,
      runId,
    })),
  };
}

const LINE_BY_LINE: readonly Channel[] = ["legacy-scan"];
const MOST_RAW = 4000;

async function readRaw(
  { store }: App,
  { intake, line, channel, delivery }: KeptObservation,
): Promise<string | null> {
  const bytes = await store.feeds.raw(intake, delivery?.pack);
  if (bytes === undefined) return null;
  const text = new TextDecoder("utf-8").decode(bytes);
  const shown = LINE_BY_LINE.includes(channel) ? text.split(/\r?\n/)[line - 1] : text;
  return shown?.slice(0, MOST_RAW) ?? null;
}

/** The episodes of both sides, those that belong together in one row, in order of time. */
function toRows(pairing: Pairing, explained: ReadonlySet<Episode>): TraceRow[] {
  const pair = (outcome: TraceOutcome) => (p: { legacy: Episode; newSide: Episode }) =>
    toRow(outcome, p.legacy, p.newSide);
  const alone = (side: Side) => (episode: Episode) =>
    toRow(
      explained.has(episode) ? "explained" : "lone",
      side === "legacy" ? episode : undefined,
      side === "new" ? episode : undefined,
    );
  return [
    ...pairing.agreed.map(pair("agreed")),
    ...pairing.conflicting.map(pair("conflicting")),
    ...pairing.moved.map(pair("moved")),
    ...pairing.crossed.map(pair("crossed")),
    ...pairing.loneLegacy.map(alone("legacy")),
    ...pairing.loneNew.map(alone("new")),
  ]
    .sort((a, b) => a.sortAt - b.sortAt)
    .map(({ sortAt: _, ...row }) => row);
}

function toRow(
  outcome: TraceOutcome,
  legacy: Episode | undefined,
  newSide: Episode | undefined,
): TraceRow & { readonly sortAt: number } {
  const shown = (episode: Episode | undefined): TraceRow["legacy"] =>
    episode === undefined
      ? null
      : {
          status: episode.status,
          at: toIsoUtc(episode.at),
          codes: episode.observations.flatMap(({ witnesses }) => witnesses.map(({ code }) => code)),
          channels: [
            ...new Set(
              episode.observations.flatMap(({ witnesses }) => witnesses.map(({ channel }) => channel)),
            ),
          ],
        };
  return {
    outcome,
    legacy: shown(legacy),
    new: shown(newSide),
    sortAt: Math.min(legacy?.at ?? Infinity, newSide?.at ?? Infinity),
  };
}
