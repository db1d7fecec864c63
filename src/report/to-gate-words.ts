import type { GateReason, GateReport, GateStratum } from "../reconcile/gate/gate-report.ts";
import type { Formats } from "./make-formats.ts";
import type { Texts } from "./texts.ts";
import { fillText, toPlural } from "./texts.ts";

/** What decides between one and many in a reason's text, where it has several figures. */
const COUNTED = ["days", "strata", "count", "hours", "known", "planted", "exercised"] as const;

/** A reason's text, and what to do next. */
export function toGateReasonText(
  { code, values }: GateReason,
  texts: Texts,
  formats: Formats,
): { readonly text: string; readonly next: string } {
  const { text, next } = texts.gate.reasons[code];
  const counted = COUNTED.map((name) => values[name]).find((value) => typeof value === "number");
  const shown = Object.entries(values).map(([name, value]) => {
    if (typeof value === "number") return [name, formats.number(value)] as const;
    if (name === "channels") return [name, toChannelNames(value, texts)] as const;
    return [name, name === "first" || name === "last" ? formats.day(value) : value] as const;
  });
  return { text: fillText(toPlural(text, counted ?? 1), Object.fromEntries(shown)), next };
}

function toChannelNames(list: string, { channels }: Texts): string {
  return list
    .split(", ")
    .map((id) => (isKey(channels, id) ? channels[id].name : id))
    .join(", ");
}

/** How far the row of clean days has come, and how long it still takes. */
export function toGateProgress(
  { verdict, cleanDays, demands, daysNeeded }: GateReport,
  { gate }: Texts,
  { number }: Formats,
): readonly string[] {
  const row = fillText(toPlural(gate.cleanDays, cleanDays), {
    count: number(cleanDays),
    of: number(demands.days),
  });
  if (verdict === "go" || daysNeeded === 0) return [`${row}.`];
  if (daysNeeded === null) return [`${row}.`, gate.never];
  return [`${row}.`, fillText(toPlural(gate.daysNeeded, daysNeeded), { count: number(daysNeeded) })];
}

/** From when is counted, and how sure it is; nothing where nothing has happened yet. */
export function toGateCounted(
  { since, start, demands }: GateReport,
  { gate }: Texts,
  formats: Formats,
): string | null {
  if (since === null) return null;
  return fillText(gate.counted, {
    since: formats.day(since),
    start: formats.number(start),
    confidence: toRateText(demands.confidence, formats),
  });
}

/** A status by its id, a channel by its name; a dash where the side gave none. */
export function toStratumValue({ dimension, value }: GateStratum, { gate, channels }: Texts): string {
  if (dimension === "all") return "";
  if (value === "") return gate.noValue;
  return dimension === "channel" && isKey(channels, value) ? channels[value].name : value;
}

/** A share as a percentage with three significant digits, rounded up. */
export function toRateText(rate: number, { number }: Formats): string {
  if (rate === 0) return `${number(0)}%`;
  const step = 10 ** (Math.floor(Math.log10(rate * 100)) - 2);
  // What is a whole number of steps but for the noise of floating point is not rounded up.
  const steps = Math.ceil(Number(((rate * 100) / step).toFixed(6)));
  return `${number(Number((steps * step).toPrecision(3)))}%`;
}

function isKey<T extends object>(of: T, key: string): key is keyof T & string {
  return Object.hasOwn(of, key);
}
