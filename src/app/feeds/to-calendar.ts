import type { FileCalendar } from "../../domain/file-calendar.ts";
import type { CalendarSettings } from "../../feed-settings.ts";

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
const HOUR_MINUTES = 60;

/** When the files of a feed are expected, from its settings; `undefined`: never. */
export function toCalendar(settings: CalendarSettings): FileCalendar | undefined {
  if (settings === "none") return undefined;
  const { at, every, between, weekdays, except, graceMinutes, customers, zone } = settings;
  const common = { zone, except, customers, graceMs: graceMinutes * MINUTE_MS };
  if (at === undefined && every === undefined) return { ...common, kind: "learnt" };
  const step = every === undefined ? DAY_MINUTES : toMinutes(every);
  return {
    ...common,
    kind: "given",
    weekdays: weekdays.map((day) => WEEKDAYS.indexOf(day) + 1),
    times: at === undefined ? listTimes(step, between) : at.map(toMinuteOfDay).sort((a, b) => a - b),
    // Who sends each hour does so in each hour there is; who sends at two o'clock does so once.
    isSteady: step <= HOUR_MINUTES,
  };
}

function listTimes(step: number, between: readonly [string, string] | undefined): number[] {
  const from = between === undefined ? 0 : toMinuteOfDay(between[0]);
  const until = between === undefined ? DAY_MINUTES - 1 : toMinuteOfDay(between[1]);
  return Array.from({ length: Math.floor((until - from) / step) + 1 }, (_, n) => from + n * step);
}

function toMinutes(every: string): number {
  return Number(every.slice(0, -1)) * (every.endsWith("h") ? HOUR_MINUTES : 1);
}

function toMinuteOfDay(time: string): number {
  const [hours = "", minutes = ""] = time.split(":");
  return Number(hours) * HOUR_MINUTES + Number(minutes);
}
