import type { ClockChange } from "./clock-change.ts";
import { HOUR_MS, MINUTE_MS } from "./durations.ts";
import { type Life, planLife } from "./lives.ts";
import type { Parcel } from "./parcel.ts";
import type { Prng } from "./prng.ts";
import type { WorldPlan } from "./world-plan.ts";

/** One reading of a barcode. `code` is letter first; `at` UTC epoch milliseconds, whole seconds. */
export interface Scan {
  readonly code: string;
  readonly at: number;
}

/** Details that one side tells differently from what is true. */
export interface WrongDetails {
  reference?: string;
  customerNumber?: string;
  customerCode?: string;
  mainBarcode?: string;
  location?: string;
}

/** What the legacy side says of one episode. */
export interface LegacyEpisode {
  readonly status: string;
  readonly location: string;
  /** Ascending; the first gives the episode its time. */
  scans: Scan[];
  wrong?: WrongDetails;
}

/** What the new side says of one episode. */
export interface NewEpisode {
  /** The code on the wire: a status, or one that no table knows. */
  code: string;
  readonly location: string;
  at: number;
  /** Later messages of the same status, ascending. */
  repeats: number[];
  /** Whether the webhook sends it. */
  pushed: boolean;
  /** Whether it is sent once more under another event id. */
  pushedTwice: boolean;
  /** Replies of the status API list it up to this instant (ms), and no longer. */
  listedUntil: number;
  wrong?: WrongDetails;
}

/** One parcel: what each side says of it, and when its APIs are asked. */
export interface Story {
  readonly parcel: Parcel;
  /** Ascending by time, and so are the new ones. */
  legacy: LegacyEpisode[];
  newSide: NewEpisode[];
  /** Scans that tell of no status: notices and codes that no table knows. */
  strays: Scan[];
  /** When API v2 is asked. */
  legacyPolls: number[];
  /** When the status API is asked. */
  statusPolls: number[];
  /** Every detail is told in full, and the APIs are not asked: one witness a side. */
  plain: boolean;
}

/** Where readings that belong to no depot are said to be. */
export const NO_DEPOT = "888888";
const ADMINISTRATIVE: ReadonlySet<string> = new Set(["announced", "cancelled", "lost"]);

/** A depot's six digits, or {@link NO_DEPOT} for what happens in the books only. */
export function pickLocation(status: string, prng: Prng): string {
  return ADMINISTRATIVE.has(status) ? NO_DEPOT : `161${String(prng.between(1, 399)).padStart(3, "0")}`;
}

/** How a story is told. */
export interface Telling {
  readonly startAt: number;
  /** Nothing happens after it. */
  readonly until: number;
  /** Without repeats, and clear of clock changes. */
  readonly simple: boolean;
}

/** Tells a parcel's life as both sides would if nothing went wrong. */
export function tellStory(parcel: Parcel, life: Life, telling: Telling, plan: WorldPlan, prng: Prng): Story {
  const { until, simple } = telling;
  const { noise } = plan;
  const planned = planLife(life, telling.startAt, prng);
  const { times, singles } = fitClockChanges(planned, plan, noise.clock_change && !simple, prng);
  const story: Story = {
    parcel,
    legacy: [],
    newSide: [],
    strays: [],
    legacyPolls: [],
    statusPolls: [],
    plain: false,
  };
  for (const [index, { status }] of life.steps.entries()) {
    const at = times[index];
    if (at === undefined || at > until) break;
    const location = pickLocation(status, prng);
    const room = Math.min((times[index + 1] ?? until) - 5 * MINUTE_MS, until, at + 90 * MINUTE_MS);
    const codes = getCodes(plan, status);
    const scans: Scan[] = [{ code: prng.pick(codes), at }];
    if (noise.several_scans && !singles.has(index) && prng.chance(0.35)) {
      for (const later of pickLater(at, room, prng.between(1, 3), plan, prng)) {
        scans.push({ code: prng.pick(codes), at: later });
      }
    }
    story.legacy.push({ status, location, scans });
    const newSide = makeNewEpisode(status, skew(at, plan, prng), location);
    if (noise.repeats && !simple && prng.chance(0.03)) {
      newSide.repeats = pickLater(at, room, 1, plan, prng);
    }
    story.newSide.push(newSide);
  }
  if (noise.notices) addNotices(story, until, plan, prng);
  return story;
}

/** What the new side says of an episode when nothing goes wrong. */
export function makeNewEpisode(code: string, at: number, location: string): NewEpisode {
  return {
    code,
    at,
    location,
    repeats: [],
    pushed: true,
    pushedTwice: false,
    listedUntil: Number.POSITIVE_INFINITY,
  };
}

/** The codes of a status. @throws Error when there is none */
export function getCodes(plan: WorldPlan, status: string): readonly string[] {
  const codes = plan.codesByStatus.get(status);
  if (!codes) throw new Error(`no code for status '${status}'`);
  return codes;
}

/** When the parcel was first and last heard of on either side. */
export function spanOf(story: Story): readonly [first: number, last: number] {
  const times = [
    ...story.legacy.flatMap((episode) => episode.scans.map((scan) => scan.at)),
    ...story.newSide.map((episode) => episode.at),
  ];
  return [Math.min(...times), Math.max(...times)];
}

/** The new side's time of what the legacy side saw at `at`: never more than 120 s away. */
function skew(at: number, { noise }: WorldPlan, prng: Prng): number {
  let seconds = 0;
  if (noise.clock_skew) {
    if (prng.chance(0.1)) seconds = prng.between(-110, 110);
    else if (prng.chance(0.01)) seconds = prng.pick([-120, 120]);
  }
  const isExact = Math.abs(seconds) === 120 || !noise.precision || !prng.chance(0.15);
  return at + seconds * 1000 + (isExact ? 0 : prng.between(1, 999));
}

function pickLater(at: number, room: number, count: number, plan: WorldPlan, prng: Prng): number[] {
  const times = new Set<number>();
  const least = at + 5 * MINUTE_MS;
  for (let drawn = 0; drawn < count && room > least; drawn += 1) {
    const later = at + prng.between(300, Math.floor((room - at) / 1000)) * 1000;
    if (!isInClockChange(later, plan)) times.add(later);
  }
  return [...times].sort((a, b) => a - b);
}

function addNotices(story: Story, until: number, plan: WorldPlan, prng: Prng): void {
  if (plan.noticeCodes.length === 0 || story.legacy.length === 0 || !prng.chance(0.5)) return;
  const [first, last] = spanOf(story);
  const latest = Math.min(until, last + 2 * HOUR_MS);
  const taken = new Set<number>();
  for (let count = prng.between(1, 3); count > 0; count -= 1) {
    const at = Math.floor(first / 1000) * 1000 + prng.between(0, Math.floor((latest - first) / 1000)) * 1000;
    if (taken.has(at) || isInClockChange(at, plan)) continue;
    taken.add(at);
    story.strays.push({ code: prng.pick(plan.noticeCodes), at });
  }
}

/** Whether a Dutch wall clock shows this instant ambiguously, or a late one writes a time that does not exist. */
export function isInClockChange(at: number, { clockChanges }: WorldPlan): boolean {
  return clockChanges.some((change) => at >= change.from && at < change.until);
}

/**
 * Moves a life so that at most one of its steps falls within a clock change,
 * or none. A step within is scanned once only: the repeated hour cannot be
 * told apart, so that several scans of one night could be read in another order.
 */
function fitClockChanges(
  planned: readonly number[],
  { clockChanges }: WorldPlan,
  mayVisit: boolean,
  prng: Prng,
): { times: readonly number[]; singles: ReadonlySet<number> } {
  let times = planned;
  const singles = new Set<number>();
  for (const change of clockChanges) {
    const fitted = fitClockChange(times, change, mayVisit, prng);
    times = fitted.times;
    if (fitted.visitor >= 0) singles.add(fitted.visitor);
  }
  return { times, singles };
}

function fitClockChange(
  planned: readonly number[],
  { from, until }: ClockChange,
  mayVisit: boolean,
  prng: Prng,
): { times: number[]; visitor: number } {
  const times: number[] = [];
  let visitor = -1;
  let shift = 0;
  for (const [index, time] of planned.entries()) {
    let at = time + shift;
    const previous = times[index - 1];
    if (at >= from && at < until) {
      if (mayVisit && visitor < 0) visitor = index;
      else {
        at = until + prng.between(10 * 60, 60 * 60) * 1000;
        shift = at - time;
      }
    } else if (
      mayVisit &&
      visitor < 0 &&
      previous !== undefined &&
      previous < from - 10 * MINUTE_MS &&
      at >= until &&
      at < until + 12 * HOUR_MS &&
      prng.chance(0.5)
    ) {
      at = from + prng.between(0, (until - from) / 1000 - 1) * 1000;
      visitor = index;
    }
    times.push(at);
  }
  return { times, visitor };
}
