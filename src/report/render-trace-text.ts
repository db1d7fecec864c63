import { toVisible } from "../domain/errors.ts";
import type { TraceEpisode, TraceOutcome, TraceReport } from "./trace-report.ts";

const SIGNS: Readonly<Record<TraceOutcome, string>> = {
  agreed: "=",
  conflicting: "≠",
  moved: "~",
  crossed: "×",
  explained: "?",
  lone: "!",
};

const LEGEND = "= agreed  ≠ another status  ~ another time  × another order  ? explained by a code  ! alone";

/** One parcel for the terminal: both sides side by side, what was said where, what was found and what became of it. */
export function renderTraceText(trace: TraceReport): string {
  const lines = [`${trace.barcode}  ${trace.verdict.replace("_", " ")}`, "", toSides("LEGACY", " ", "NEW")];
  for (const { outcome, legacy, new: newSide } of trace.rows) {
    lines.push(toSides(toEpisode(legacy), SIGNS[outcome], toEpisode(newSide)));
  }
  lines.push("", LEGEND, "", "SAID");
  for (const said of trace.observations) {
    const flags = `${said.laterAt === null ? "" : " (time exists twice)"}${said.nonexistentTime ? " (time skipped)" : ""}`;
    lines.push(
      `  ${said.at}${flags}  ${said.channel.padEnd(11)} ${said.code} → ${said.meaning}`,
      `      ${said.name} line ${said.line}, received ${said.receivedAt}, intake ${said.intake.slice(0, 12)}`,
    );
    if (said.raw !== null) lines.push(`      ${toVisible(said.raw, 2000)}`);
  }
  lines.push("", trace.findings.length === 0 ? "No findings." : "FINDINGS");
  for (const finding of trace.findings) {
    const subject = [finding.status, finding.legacyStatus, finding.newStatus, finding.code, finding.field];
    const about = subject.filter((part) => part !== null).map((part) => toVisible(part));
    lines.push(
      `  ${finding.kind} ${about.join(" / ")}  ${finding.state}, ${finding.severity}  ${finding.id}`,
      ...(finding.pendingReason === null
        ? []
        : [`      until ${finding.settlesAt}: ${finding.pendingReason}`]),
      ...trace.history
        .filter(({ id }) => id === finding.id)
        .map(({ at, from, to, reason }) => `      ${at}  ${from ?? "new"} → ${to} (${reason})`),
    );
  }
  return `${lines.join("\n")}\n`;
}

const SIDE_WIDTH = 44;

function toSides(legacy: string, sign: string, newSide: string): string {
  return `  ${legacy.padEnd(SIDE_WIDTH)} ${sign} ${newSide}`.trimEnd();
}

function toEpisode(episode: TraceEpisode | null): string {
  return episode === null ? "" : `${episode.at.slice(0, 19).replace("T", " ")}Z ${episode.status}`;
}
