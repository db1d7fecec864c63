import type { Channel } from "../domain/channel.ts";
import type { FindingState } from "../domain/finding.ts";
import { FINDING_STATES } from "../domain/finding.ts";
import type { ReconcileReport, ReportData } from "./report-data.ts";
import type { Texts } from "./texts.ts";

/** A figure with what it counts. */
export interface Term {
  readonly value: number;
  readonly name: keyof Texts["terms"] | Channel;
}

/** What a sum is about: a heading, for some of a channel or of a finding state. */
export type SumSubject =
  | { readonly kind: "plain"; readonly name: Exclude<keyof Texts["sums"], "rowsOf" | "findings"> }
  | { readonly kind: "channel"; readonly channel: Channel }
  | { readonly kind: "state"; readonly state: FindingState };

/** One line that a reader can check: `total` must equal the sum of `parts`. */
export interface SumLine {
  readonly subject: SumSubject;
  readonly total: Term;
  readonly parts: readonly Term[];
  /** `total` minus the sum of `parts`; 0 when they add up. */
  readonly difference: number;
}

/**
 * The tie-out as sums, drawn up again from the figures that are shown: rows,
 * events of both sides, agreed and differing events (one of each side, so
 * equal), parcels; and, where `details` has them, channels and kinds.
 */
export function compareSums(
  summary: ReconcileReport,
  details: Pick<ReportData, "channels" | "kinds"> | undefined,
): SumLine[] {
  const { tieOut, parcels, findings } = summary;
  const lines: SumLine[] = [sumOfRows({ kind: "plain", name: "rows" }, tieOut.rows)];
  if (details !== undefined) {
    for (const row of details.channels) lines.push(sumOfRows({ kind: "channel", channel: row.channel }, row));
    lines.push(
      toLine({ kind: "plain", name: "rowsByChannel" }, { name: "seen", value: tieOut.rows.seen }, [
        ...details.channels.map(({ channel, seen }): Term => ({ name: channel, value: seen })),
      ]),
    );
  }
  for (const side of ["legacy", "new"] as const) {
    const { episodes, agreed, differing, explained, lone } = tieOut[side];
    lines.push(
      toLine(
        { kind: "plain", name: side === "legacy" ? "legacyEpisodes" : "newEpisodes" },
        { name: "episodes", value: episodes },
        [
          { name: "agreed", value: agreed },
          { name: "differing", value: differing },
          { name: "explained", value: explained },
          { name: "lone", value: lone },
        ],
      ),
    );
  }
  for (const name of ["agreed", "differing"] as const) {
    lines.push(
      toLine({ kind: "plain", name }, { name: "agreedLegacy", value: tieOut.legacy[name] }, [
        { name: "agreedNew", value: tieOut.new[name] },
      ]),
    );
  }
  const verdicts = (["matched", "known", "mismatched", "pending", "notProven"] as const).map(
    (name): Term => ({ name, value: parcels[name] }),
  );
  lines.push(
    toLine({ kind: "plain", name: "parcels" }, { name: "parcels", value: tieOut.parcels }, verdicts),
  );
  if (parcels.total !== tieOut.parcels) {
    lines.push(toLine({ kind: "plain", name: "parcels" }, { name: "inAll", value: parcels.total }, verdicts));
  }
  if (details !== undefined) {
    for (const state of FINDING_STATES) {
      lines.push(
        toLine({ kind: "state", state }, { name: "inAll", value: findings[state] }, [
          { name: "byKind", value: details.kinds.reduce((sum, kind) => sum + kind[state], 0) },
        ]),
      );
    }
  }
  return lines;
}

function sumOfRows(subject: SumSubject, rows: ReconcileReport["tieOut"]["rows"]): SumLine {
  return toLine(subject, { name: "seen", value: rows.seen }, [
    { name: "accepted", value: rows.accepted },
    { name: "duplicates", value: rows.duplicates },
    { name: "quarantined", value: rows.quarantined },
  ]);
}

function toLine(subject: SumSubject, total: Term, parts: readonly Term[]): SumLine {
  return {
    subject,
    total,
    parts,
    difference: total.value - parts.reduce((sum, { value }) => sum + value, 0),
  };
}

/** The size of all differences together, so that one cannot hide another. */
export function toDifference(lines: readonly SumLine[]): number {
  return lines.reduce((sum, { difference }) => sum + Math.abs(difference), 0);
}
