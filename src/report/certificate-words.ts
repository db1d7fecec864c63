import type { VerdictReason } from "../domain/verdict.ts";
import type { ShortfallReport } from "./certificate-data.ts";
import type { Formats } from "./make-formats.ts";
import type { Texts } from "./texts.ts";
import { fillText, toPlural } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const LONGEST = 160;

/** A shortfall's text, and what to do next. */
export function toShortfallText(
  { kind, subject, count, of, from, until, detail }: ShortfallReport,
  texts: Texts,
  formats: Formats,
): { readonly text: string; readonly next: string } {
  const { shortfalls, undated, lastFetch } = texts.certificates;
  const { none } = texts.format;
  const { text, next } = shortfalls[kind];
  const shown = detail === null ? none : toVisibleText(detail, LONGEST);
  const sentence = fillText(toPlural(text, count), {
    subject: subject === null ? none : toVisibleText(subject, LONGEST),
    count: formats.number(count),
    of: of === null ? none : formats.number(of),
    from: from === null ? none : formats.localTime(from),
    until: until === null ? none : formats.localTime(until),
    day: from === null ? undated : formats.day(from.slice(0, 10)),
    detail: shown,
  });
  const isTold = detail === null || toPlural(text, count).includes("{detail}") || !FETCHED.has(kind);
  return { text: isTold ? sentence : `${sentence} ${fillText(lastFetch, { detail: shown })}`, next };
}

/** Those of which the detail is what went wrong when it was fetched. */
const FETCHED: ReadonlySet<ShortfallReport["kind"]> = new Set([
  "never_asked",
  "behind",
  "fetch_failed",
  "unanswered",
]);

/** The reason of a run whose certificate is not complete: which channel, the gravest shortfall, and how many besides. */
export function toCertificateReason(
  { code, values }: { readonly code: string; readonly values: VerdictReason["values"] },
  texts: Texts,
  formats: Formats,
): { readonly text: string; readonly next: string } | undefined {
  if (code !== "certificate_incomplete" && code !== "certificate_unproven") return undefined;
  const { channel, kind, others } = values;
  const text = (name: string): string | null => (typeof values[name] === "string" ? values[name] : null);
  const figure = (name: string): number | null => (typeof values[name] === "number" ? values[name] : null);
  const { text: why, next } = toShortfallText(
    {
      kind: (isKey(texts.certificates.shortfalls, kind)
        ? kind
        : "not_noted") satisfies ShortfallReport["kind"],
      subject: text("subject"),
      count: figure("count") ?? 1,
      of: figure("of"),
      from: text("from"),
      until: text("until"),
      detail: text("detail"),
    },
    texts,
    formats,
  );
  const more = typeof others === "number" && others > 0 ? others : 0;
  const besides = fillText(toPlural(texts.certificates.others, more), { count: formats.number(more) });
  const name = isKey(texts.channels, channel) ? texts.channels[channel].name : String(channel);
  const figures = { channel: name, why: more === 0 ? why : `${why} ${besides}` };
  return { text: fillText(texts.reasons[code].text.one, figures), next };
}

function isKey<T extends object>(of: T, key: unknown): key is keyof T & string {
  return typeof key === "string" && Object.hasOwn(of, key);
}
