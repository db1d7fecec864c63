import type { Texts } from "./texts.ts";

/** How figures and times are written in one language. Own rules, not the machine's locale data: the same bytes everywhere. */
export interface Formats {
  /** Whole number with grouping; a minus sign where negative. */
  readonly number: (value: number) => string;
  /** `part ÷ whole`, two decimals, rounded down, so that `100%` means all; a dash without a whole. */
  readonly share: (part: number, whole: number) => string;
  /** The same, rounded up, for what is not matched: a report must not flatter. `>99.99%` where not quite all. */
  readonly shareUp: (part: number, whole: number) => string;
  /** Rounded up, and at most `100%`: for bounds. */
  readonly bound: (part: number, whole: number) => string;
  /** Seconds with a sign, such as `+1 h 2 min 3 s`. */
  readonly delta: (seconds: number) => string;
  /** Seconds as days, hours, minutes and seconds. */
  readonly duration: (seconds: number) => string;
  /** An ISO instant on the wall clock of Europe/Amsterdam, with its offset; other text as it stands. */
  readonly localTime: (iso: string) => string;
  /** The two halves of {@link Formats.localTime}. */
  readonly localParts: (iso: string) => { readonly day: string; readonly clock: string };
  /** An ISO instant in UTC; other text as it stands. */
  readonly utcTime: (iso: string) => string;
  /** An ISO date with the month's name; other text as it stands. */
  readonly day: (iso: string) => string;
  /** The same without the year: for charts. */
  readonly shortDay: (iso: string) => string;
}

const ZONE = "Europe/Amsterdam";

/** Makes the formats of a language from its texts. */
export function makeFormats({ format }: Texts): Formats {
  const grouped = (digits: string) => digits.replace(/\B(?=(\d{3})+$)/g, format.group);

  const number = (value: number) => {
    const [whole = "", fraction] = String(Math.abs(value)).split(".");
    const decimals = fraction === undefined ? "" : `${format.decimal}${fraction}`;
    return `${value < 0 ? "−" : ""}${grouped(whole)}${decimals}`;
  };

  const percent = (hundredths: number) => {
    const decimals = String(hundredths % 100).padStart(2, "0");
    return `${grouped(String(Math.floor(hundredths / 100)))}${format.decimal}${decimals}%`;
  };

  const share = (part: number, whole: number) => {
    if (whole === 0) return format.none;
    if (part === whole) return "100%";
    if (part === 0) return "0%";
    const hundredths = Math.floor((part * 10_000) / whole);
    // A rounded quotient must neither promise all nor deny that there are some.
    return hundredths === 0
      ? `<${percent(1)}`
      : percent(part < whole ? Math.min(hundredths, 9_999) : hundredths);
  };

  const shareUp = (part: number, whole: number) => {
    if (part === 0 || part >= whole) return share(part, whole);
    const hundredths = Math.ceil((part * 10_000) / whole);
    return hundredths > 9_999 ? `>${percent(9_999)}` : percent(hundredths);
  };

  const bound = (part: number, whole: number) =>
    part >= whole ? "100%" : percent(Math.ceil((part * 10_000) / whole));

  const duration = (seconds: number) => {
    const total = Math.abs(seconds);
    const parts: [number, string][] = [
      [Math.floor(total / 86_400), format.day],
      [Math.floor((total % 86_400) / 3_600), format.hour],
      [Math.floor((total % 3_600) / 60), format.minute],
      [Math.round((total % 60) * 1000) / 1000, format.second],
    ];
    const shown = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${number(amount)} ${unit}`);
    return shown.length === 0 ? `0 ${format.second}` : shown.join(" ");
  };

  const delta = (seconds: number) => `${seconds < 0 ? "−" : seconds > 0 ? "+" : ""}${duration(seconds)}`;

  const shortDayOf = (date: Temporal.PlainDate) => `${date.day} ${format.months[date.month - 1]}`;
  const dayOf = (date: Temporal.PlainDate) => `${shortDayOf(date)} ${date.year}`;

  const localParts = (iso: string) => {
    const instant = findInstant(iso);
    if (instant === undefined) return { day: iso, clock: "" };
    const local = instant.toZonedDateTimeISO(ZONE);
    return { day: dayOf(local.toPlainDate()), clock: `${local.toPlainTime()} ${local.offset}` };
  };
  const localTime = (iso: string) => Object.values(localParts(iso)).join(" ").trimEnd();

  const utcTime = (iso: string) => {
    const instant = findInstant(iso);
    return instant === undefined ? iso : `${instant.toString().replace("T", " ").replace("Z", "")} UTC`;
  };

  const day = (iso: string) => withDate(iso, dayOf);
  const shortDay = (iso: string) => withDate(iso, shortDayOf);

  return { number, share, shareUp, bound, delta, duration, localTime, localParts, utcTime, day, shortDay };
}

function withDate(text: string, toText: (date: Temporal.PlainDate) => string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return text;
  try {
    return toText(Temporal.PlainDate.from(text));
  } catch {
    return text;
  }
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** The instant that an ISO 8601 text with offset names; `undefined` for any other text. */
export function findInstant(text: string): Temporal.Instant | undefined {
  if (!INSTANT.test(text)) return undefined;
  try {
    return Temporal.Instant.from(text);
  } catch {
    return undefined;
  }
}
