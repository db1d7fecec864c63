import type { Side } from "../domain/channel.ts";
import { UsageError } from "../domain/errors.ts";
import type { FindingKind, PendingReason } from "../domain/finding.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./durations.ts";
import { getLife, type Life } from "./lives.ts";
import type { Parcel } from "./parcel.ts";
import type { Prng } from "./prng.ts";
import {
  getCodes,
  isInClockChange,
  type LegacyEpisode,
  makeNewEpisode,
  type NewEpisode,
  pickLocation,
  type Story,
  spanOf,
  tellStory,
  type WrongDetails,
} from "./story.ts";
import type { TruthFinding } from "./truth.ts";
import type { WorldPlan } from "./world-plan.ts";

/**
 * What can be planted. The part before the colon is the finding it gives,
 * the part after it the circumstances; without, or with anything but
 * `pending` and `silent`, the finding is open.
 */
export const DEFECT_KINDS = [
  "missing_in_new",
  "missing_in_legacy",
  /** The episode missing stood between two of equal status. */
  "missing_in_new:between",
  "missing_in_legacy:between",
  "status_mismatch",
  "final_conflict",
  "time_mismatch",
  "order_mismatch",
  "status_after_final",
  "parcel_missing_in_new",
  "parcel_missing_in_legacy",
  "unmapped_code",
  /** The unknown code stands where a new episode would be alone. */
  "unmapped_code:explains",
  "unknown_status",
  "unknown_status:explains",
  "push_missed",
  "pull_missed",
  "duplicate_push",
  /** Any field. */
  "detail_mismatch",
  "detail_mismatch:reference",
  "detail_mismatch:customerNumber",
  "detail_mismatch:customerCode",
  "detail_mismatch:mainBarcode",
  "detail_mismatch:location",
  /** Too recent to count: `not_settled`. */
  "missing_in_new:pending",
  "missing_in_legacy:pending",
  "status_mismatch:pending",
  "final_conflict:pending",
  "time_mismatch:pending",
  "order_mismatch:pending",
  "status_after_final:pending",
  "parcel_missing_in_new:pending",
  "parcel_missing_in_legacy:pending",
  "push_missed:pending",
  /** Old enough, but the other side has fallen silent: `feed_silent`. */
  "missing_in_new:silent",
  "parcel_missing_in_new:silent",
  "missing_in_legacy:silent",
  "status_after_final:silent",
  "parcel_missing_in_legacy:silent",
  "status_mismatch:silent",
  "final_conflict:silent",
  "time_mismatch:silent",
] as const;
export type DefectKind = (typeof DEFECT_KINDS)[number];

/** The side that must be silent for a `silent` kind; kinds that are not listed go with either. */
const SILENT_SIDE: Partial<Record<DefectKind, Side>> = {
  "missing_in_new:silent": "new",
  "parcel_missing_in_new:silent": "new",
  "missing_in_legacy:silent": "legacy",
  "status_after_final:silent": "legacy",
  "parcel_missing_in_legacy:silent": "legacy",
};

/** A parcel with a defect, and what it must give. */
export interface PlantedStory {
  readonly story: Story;
  readonly finding: TruthFinding;
}

/** What a finding is about. */
type Subject = Partial<
  Pick<TruthFinding, "status" | "legacyStatus" | "newStatus" | "code" | "field" | "deltaSeconds">
>;

type Plant = (story: Story, plan: WorldPlan, prng: Prng) => Subject;

interface Recipe {
  /** Lives it can be planted in; the first is the shortest. */
  readonly lives: readonly string[];
  readonly plant: Plant;
}

/** Lives in which no status comes twice. */
const ONCE = [
  "domestic",
  "neighbour",
  "letterbox",
  "collection",
  "pick-up point",
  "locker",
  "delayed",
  "held",
];
const VARIED = [...ONCE, "failed, then delivered", "customs", "refused"];
const TWICE_SORTED = ["two centres", "abroad"];
const ON_ITS_WAY = ["on its way"];
const ANNOUNCED = ["just announced"];

const FIELDS = ["reference", "customerNumber", "customerCode", "mainBarcode", "location"] as const;
type Field = (typeof FIELDS)[number];

const RECIPES: Readonly<Record<DefectKind, Recipe>> = {
  missing_in_new: { lives: VARIED, plant: dropNew(() => true) },
  missing_in_legacy: { lives: VARIED, plant: dropLegacy(() => true) },
  "missing_in_new:between": { lives: TWICE_SORTED, plant: dropNew(isBetweenEquals) },
  "missing_in_legacy:between": { lives: TWICE_SORTED, plant: dropLegacy(isBetweenEquals) },
  status_mismatch: { lives: ONCE, plant: changeStatus },
  final_conflict: { lives: ONCE, plant: changeFinalStatus },
  time_mismatch: { lives: ONCE, plant: moveInTime },
  order_mismatch: { lives: ONCE, plant: moveAcross },
  status_after_final: {
    lives: ONCE,
    plant: (story, plan, prng) => {
      const last = Math.floor(spanOf(story)[1] / 1000) * 1000;
      return goOnAfterFinal(story, last + prng.between(30, 600) * MINUTE_MS, plan, prng);
    },
  },
  parcel_missing_in_new: { lives: VARIED, plant: silenceNew },
  parcel_missing_in_legacy: { lives: VARIED, plant: silenceLegacy },
  unmapped_code: { lives: VARIED, plant: addUnmapped },
  "unmapped_code:explains": { lives: ONCE, plant: replaceByUnmapped },
  unknown_status: { lives: VARIED, plant: addUnknown },
  "unknown_status:explains": { lives: ONCE, plant: replaceByUnknown },
  push_missed: { lives: ONCE, plant: missPush },
  pull_missed: { lives: ONCE, plant: missPull },
  duplicate_push: { lives: VARIED, plant: pushTwice },
  detail_mismatch: {
    lives: ONCE,
    plant: (story, plan, prng) => tellWrong(prng.pick(FIELDS), story, plan, prng),
  },
  "detail_mismatch:reference": { lives: ONCE, plant: tellWrongly("reference") },
  "detail_mismatch:customerNumber": { lives: ONCE, plant: tellWrongly("customerNumber") },
  "detail_mismatch:customerCode": { lives: ONCE, plant: tellWrongly("customerCode") },
  "detail_mismatch:mainBarcode": { lives: ONCE, plant: tellWrongly("mainBarcode") },
  "detail_mismatch:location": { lives: ONCE, plant: tellWrongly("location") },
  "missing_in_new:pending": {
    lives: ON_ITS_WAY,
    plant: (story, plan, prng) => sayLegacyOnly(story, minutesAgo(110, 45, plan, prng), plan, prng),
  },
  "missing_in_legacy:pending": {
    lives: ON_ITS_WAY,
    plant: (story, plan, prng) => sayNewOnly(story, minutesAgo(600, 60, plan, prng), prng),
  },
  "status_mismatch:pending": {
    lives: ON_ITS_WAY,
    plant: (story, plan, prng) => contradict(story, false, minutesAgo(540, 180, plan, prng), plan, prng),
  },
  "final_conflict:pending": {
    lives: ON_ITS_WAY,
    plant: (story, plan, prng) => contradict(story, true, minutesAgo(540, 180, plan, prng), plan, prng),
  },
  "time_mismatch:pending": {
    lives: ON_ITS_WAY,
    plant: (story, plan, prng) => sayAtTwoTimes(story, minutesAgo(540, 240, plan, prng), plan, prng),
  },
  "order_mismatch:pending": {
    lives: ON_ITS_WAY,
    plant: (story, plan, prng) => sayInTwoOrders(story, minutesAgo(540, 480, plan, prng), plan, prng),
  },
  "status_after_final:pending": {
    lives: ONCE,
    plant: (story, plan, prng) => goOnAfterFinal(story, minutesAgo(600, 60, plan, prng), plan, prng),
  },
  "parcel_missing_in_new:pending": {
    lives: ANNOUNCED,
    plant: (story, plan, prng) => announceLegacyOnly(story, minutesAgo(110, 45, plan, prng), plan, prng),
  },
  "parcel_missing_in_legacy:pending": {
    lives: ANNOUNCED,
    plant: (story, plan, prng) => announceNewOnly(story, minutesAgo(600, 60, plan, prng), prng),
  },
  "push_missed:pending": { lives: ON_ITS_WAY, plant: missRecentPush },
  "missing_in_new:silent": {
    lives: ON_ITS_WAY,
    plant: (story, plan, prng) => sayLegacyOnly(story, unansweredAt(plan, prng), plan, prng),
  },
  "parcel_missing_in_new:silent": {
    lives: ANNOUNCED,
    plant: (story, plan, prng) => announceLegacyOnly(story, unansweredAt(plan, prng), plan, prng),
  },
  "missing_in_legacy:silent": {
    lives: ON_ITS_WAY,
    plant: (story, plan, prng) => sayNewOnly(story, unansweredAt(plan, prng), prng),
  },
  "status_after_final:silent": {
    lives: ONCE,
    plant: (story, plan, prng) => goOnAfterFinal(story, unansweredAt(plan, prng), plan, prng),
  },
  "parcel_missing_in_legacy:silent": {
    lives: ANNOUNCED,
    plant: (story, plan, prng) => announceNewOnly(story, unansweredAt(plan, prng), prng),
  },
  "status_mismatch:silent": {
    lives: ON_ITS_WAY,
    plant: (story, plan, prng) => contradict(story, false, lastHeardAt(60, 20, plan, prng), plan, prng),
  },
  "final_conflict:silent": {
    lives: ON_ITS_WAY,
    plant: (story, plan, prng) => contradict(story, true, lastHeardAt(60, 20, plan, prng), plan, prng),
  },
  "time_mismatch:silent": {
    lives: ON_ITS_WAY,
    plant: (story, plan, prng) => sayAtTwoTimes(story, lastHeardAt(100, 70, plan, prng), plan, prng),
  },
};

/**
 * Which parcel gets which defect: spread over the parcels, the first and the
 * last excepted, in an order of their own.
 *
 * @throws UsageError when there are more defects than parcels for them, or a
 *   kind does not go with the silence of a feed
 */
export function listPlantings(
  wanted: Partial<Record<DefectKind, number>> | "every-kind",
  silentSide: Side | undefined,
  parcels: number,
  prng: Prng,
): ReadonlyMap<number, DefectKind> {
  const kinds: DefectKind[] = [];
  for (const kind of DEFECT_KINDS) {
    const canHappen = goesWith(kind, silentSide);
    const count = wanted === "every-kind" ? Number(canHappen) : (wanted[kind] ?? 0);
    if (count > 0 && !canHappen) {
      throw new UsageError({
        place: "simulated carrier",
        value: `defect '${kind}'`,
        expected: `a kind that can happen ${silentSide ? `while the ${silentSide} side is silent` : "while both sides speak"}`,
        todo: "leave it out, or change the silence",
      });
    }
    for (let planted = 0; planted < count; planted += 1) kinds.push(kind);
  }
  const room = parcels - 2;
  if (kinds.length > room) {
    throw new UsageError({
      place: "simulated carrier",
      value: `${kinds.length} defects in ${parcels} parcels`,
      expected: "two parcels more than defects",
      todo: "ask for more parcels or fewer defects",
    });
  }
  prng.shuffle(kinds);
  return new Map(kinds.map((kind, place) => [1 + Math.floor(((place + 0.5) * room) / kinds.length), kind]));
}

function goesWith(kind: DefectKind, silentSide: Side | undefined): boolean {
  if (kind.endsWith(":pending")) return silentSide === undefined;
  if (kind.endsWith(":silent"))
    return silentSide !== undefined && (SILENT_SIDE[kind] ?? silentSide) === silentSide;
  return true;
}

/**
 * Tells a parcel's life with that defect, so placed that the finding's state
 * is certain at the world's `now`.
 *
 * @throws UsageError when the world has too few days for it
 */
export function plantDefect(
  kind: DefectKind,
  makeParcel: (life: Life) => Parcel,
  plan: WorldPlan,
  prng: Prng,
): PlantedStory {
  const { lives, plant } = RECIPES[kind];
  const [findingKind, circumstance] = kind.split(":");
  const state = circumstance === "pending" || circumstance === "silent" ? "pending" : "open";
  const story = tellSettled(kind, lives, state === "pending", makeParcel, plan, prng);
  const subject = plant(story, plan, prng);
  story.newSide.sort((a, b) => a.at - b.at);
  const pendingReason: PendingReason = circumstance === "silent" ? "feed_silent" : "not_settled";
  const finding: TruthFinding = {
    kind: findingKind as FindingKind,
    barcode: story.parcel.barcode,
    status: null,
    legacyStatus: null,
    newStatus: null,
    code: null,
    field: null,
    state,
    ...subject,
    ...(state === "pending" && { pendingReason }),
  };
  return { story, finding };
}

/** A whole life that leaves twelve hours before the world is settled; of a pending defect, not long before. */
function tellSettled(
  kind: DefectKind,
  lives: readonly string[],
  isLate: boolean,
  makeParcel: (life: Life) => Parcel,
  plan: WorldPlan,
  prng: Prng,
): Story {
  const until = plan.settledBefore - 12 * HOUR_MS;
  const earliest = Math.max(plan.startAt + 2 * HOUR_MS, isLate ? until - 4 * DAY_MS : 0);
  let latest = until;
  for (let attempt = 0; attempt < 20 && latest >= earliest; attempt += 1) {
    const life = getLife(attempt < 10 ? prng.pick(lives) : (lives[0] ?? ""));
    const startAt = earliest + prng.between(0, Math.floor((latest - earliest) / 1000)) * 1000;
    const story = tellStory(makeParcel(life), life, { startAt, until, simple: true }, plan, prng);
    if (story.legacy.length === life.steps.length) return story;
    latest = startAt;
  }
  throw new UsageError({
    place: "simulated carrier",
    value: `defect '${kind}' in a world of ${Math.round((plan.now - plan.startAt) / DAY_MS)} days`,
    expected: "enough days for a whole life and for both sides to have spoken (7 are)",
    todo: "make the world longer, or leave the defect out",
  });
}

type At<Episode> = (episodes: readonly Episode[], index: number) => boolean;

function dropNew(fits: At<{ readonly status: string }>): Plant {
  return (story, _plan, prng) => {
    const index = pickIndex(story, (at) => fits(story.legacy, at), prng);
    story.newSide.splice(index, 1);
    return { status: getEpisode(story.legacy, index).status };
  };
}

function dropLegacy(fits: At<{ readonly status: string }>): Plant {
  return (story, _plan, prng) => {
    const index = pickIndex(story, (at) => fits(story.legacy, at), prng);
    const [dropped] = story.legacy.splice(index, 1);
    return { status: dropped?.status ?? null };
  };
}

function isBetweenEquals(episodes: readonly { readonly status: string }[], index: number): boolean {
  const before = episodes[index - 1];
  return before !== undefined && before.status === episodes[index + 1]?.status;
}

function changeStatus(story: Story, plan: WorldPlan, prng: Prng): Subject {
  const index = pickIndex(story, (at) => !isFinal(getEpisode(story.legacy, at).status, plan), prng);
  return contradictAt(story, index, (status) => !isFinal(status, plan), plan, prng);
}

function changeFinalStatus(story: Story, plan: WorldPlan, prng: Prng): Subject {
  const last = story.legacy.length - 1;
  if (prng.chance(0.3)) return contradictAt(story, last - 1, (status) => isFinal(status, plan), plan, prng);
  const toFinal = prng.chance(0.7);
  return contradictAt(story, last, (status) => isFinal(status, plan) === toFinal, plan, prng);
}

/** Gives a new episode a status that neither it nor a neighbour has. */
function contradictAt(
  story: Story,
  index: number,
  fits: (status: string) => boolean,
  plan: WorldPlan,
  prng: Prng,
): Subject {
  const episode = getEpisode(story.newSide, index);
  const taken = [episode.code, story.newSide[index - 1]?.code, story.newSide[index + 1]?.code];
  const legacyStatus = episode.code;
  episode.code = pickStatus(plan, prng, (status) => fits(status) && !taken.includes(status));
  return { legacyStatus, newStatus: episode.code };
}

/** Moves an episode of one side by 121 s to 72 h, past no other. */
function moveInTime(story: Story, plan: WorldPlan, prng: Prng): Subject {
  const index = prng.between(1, story.legacy.length - 1);
  const episode = getEpisode(story.newSide, index);
  const legacy = getEpisode(story.legacy, index);
  const legacyAt = legacy.scans[0]?.at ?? 0;
  const earliest = timeOf(story, index - 1, Math.max) + 5 * MINUTE_MS;
  const latest =
    index + 1 < story.legacy.length
      ? timeOf(story, index + 1, Math.min) - 5 * MINUTE_MS
      : Math.min(legacyAt + 3 * DAY_MS, plan.settledBefore);
  const deltaSeconds = pickDelta((earliest - legacyAt) / 1000, (latest - legacyAt) / 1000, prng);
  episode.at = legacyAt + deltaSeconds * 1000;
  const scan = legacy.scans[0];
  const mirrored = 2 * legacyAt - episode.at;
  const canMirror = mirrored >= earliest && mirrored <= latest && !isInClockChange(mirrored, plan);
  if (scan && canMirror && prng.chance(0.3)) {
    episode.at = legacyAt;
    legacy.scans = [{ code: scan.code, at: mirrored }];
    // Later scans of the one before would otherwise stand behind the moved one.
    const before = getEpisode(story.legacy, index - 1);
    before.scans = before.scans.slice(0, 1);
  }
  return { status: legacy.status, deltaSeconds };
}

/** Seconds between two bounds and at least 121 away from 0: often the least, or whole hours as a wrong zone makes them. */
function pickDelta(least: number, most: number, prng: Prng): number {
  const isLater = least > -121 || (most >= 121 && prng.chance(0.6));
  const farthest = Math.floor(isLater ? most : -least);
  const hours = Math.floor(farthest / 3600);
  const seconds =
    hours >= 1 && prng.chance(0.25)
      ? prng.between(1, Math.min(hours, 2)) * 3600
      : prng.chance(0.15)
        ? 121
        : prng.between(121, farthest);
  return isLater ? seconds : -seconds;
}

/** Moves a new episode past the one after it. */
function moveAcross(story: Story, _plan: WorldPlan, prng: Prng): Subject {
  const index = prng.between(0, story.newSide.length - 2);
  const episode = getEpisode(story.newSide, index);
  const crossed = getEpisode(story.newSide, index + 1).at;
  const beyond = story.newSide[index + 2];
  const room = beyond ? Math.floor((beyond.at - crossed) / MINUTE_MS) - 10 : 300;
  episode.at = crossed + prng.between(10, room) * MINUTE_MS;
  return { status: episode.code };
}

/** Lets only the new side go on after the last status, which is final. */
function goOnAfterFinal(story: Story, at: number, _plan: WorldPlan, prng: Prng): Subject {
  const last = story.newSide.at(-1)?.code;
  const status = prng.pick(
    [
      "sorted",
      "in_transit",
      "out_for_delivery",
      "delivery_failed",
      "held",
      "delivered_to_neighbour",
      "picked_up",
    ].filter((other) => other !== last),
  );
  story.newSide.push(makeNewEpisode(status, at, pickLocation(status, prng)));
  return { status };
}

function silenceNew(story: Story): Subject {
  story.newSide = [];
  return {};
}

function silenceLegacy(story: Story): Subject {
  story.legacy = [];
  story.strays = [];
  return {};
}

function addUnmapped(story: Story, plan: WorldPlan, prng: Prng): Subject {
  const code = pickUnmapped(plan, prng);
  const [first, last] = spanOf(story);
  for (let count = prng.chance(0.3) ? 2 : 1; count > 0; ) {
    const at = Math.ceil(first / 1000) * 1000 + prng.between(60, Math.floor((last - first) / 1000)) * 1000;
    if (isInClockChange(at, plan) || story.strays.some((stray) => stray.at === at)) continue;
    story.strays.push({ code, at });
    count -= 1;
  }
  return { code };
}

function replaceByUnmapped(story: Story, plan: WorldPlan, prng: Prng): Subject {
  const code = pickUnmapped(plan, prng);
  const [replaced] = story.legacy.splice(prng.between(0, story.legacy.length - 1), 1);
  const at = replaced?.scans[0]?.at ?? 0;
  story.strays = story.strays.filter((stray) => stray.at !== at);
  story.strays.push({ code, at });
  return { code };
}

function addUnknown(story: Story, plan: WorldPlan, prng: Prng): Subject {
  const code = pickUnknown(plan, prng);
  const [first, last] = spanOf(story);
  const at = Math.ceil(first / 1000) * 1000 + prng.between(60, Math.floor((last - first) / 1000)) * 1000;
  story.newSide.push(makeNewEpisode(code, at, pickLocation(code, prng)));
  return { code };
}

function replaceByUnknown(story: Story, plan: WorldPlan, prng: Prng): Subject {
  const episode = prng.pick(story.newSide);
  episode.code = pickUnknown(plan, prng);
  return { code: episode.code };
}

/** Not the first and not the last, so that the webhook is in use before and after. */
function missPush(story: Story, _plan: WorldPlan, prng: Prng): Subject {
  const episode = getEpisode(story.newSide, prng.between(1, story.newSide.length - 2));
  episode.pushed = false;
  story.statusPolls.push(Math.floor(spanOf(story)[1] / 1000) * 1000 + prng.between(150, 600) * MINUTE_MS);
  return { status: episode.code };
}

/** The last reply lists all but one; half of the time an earlier one did list it. */
function missPull(story: Story, _plan: WorldPlan, prng: Prng): Subject {
  const episode = prng.pick(story.newSide);
  const last = Math.floor(spanOf(story)[1] / 1000) * 1000 + prng.between(180, 600) * MINUTE_MS;
  episode.listedUntil = prng.chance(0.5) ? last - 1000 : Number.NEGATIVE_INFINITY;
  story.statusPolls.push(Math.floor(episode.at / 1000) * 1000 + prng.between(10, 25) * MINUTE_MS, last);
  return { status: episode.code };
}

function pushTwice(story: Story, _plan: WorldPlan, prng: Prng): Subject {
  const episode = prng.pick(story.newSide);
  episode.pushedTwice = true;
  return { status: episode.code };
}

function tellWrongly(field: Field): Plant {
  return (story, plan, prng) => tellWrong(field, story, plan, prng);
}

/** One side tells one detail of one episode differently; nothing else is said of it, so that no other witness speaks first. */
function tellWrong(field: Field, story: Story, _plan: WorldPlan, prng: Prng): Subject {
  const index = prng.between(0, story.legacy.length - 1);
  const legacy = getEpisode(story.legacy, index);
  const newSide = getEpisode(story.newSide, index);
  legacy.scans = legacy.scans.slice(0, 1);
  const wrong: WrongDetails = { [field]: pickOther(field, story, legacy, prng) };
  if (field !== "customerNumber" && prng.chance(0.3)) legacy.wrong = wrong;
  else newSide.wrong = wrong;
  story.plain = true;
  return { status: legacy.status, field };
}

function pickOther(field: Field, { parcel }: Story, { location }: LegacyEpisode, prng: Prng): string {
  const { customer } = parcel;
  switch (field) {
    case "reference":
      return `OTHER-${prng.between(10_000_000, 99_999_999)}`;
    case "customerNumber":
      return `${customer.number.slice(0, -1)}${(Number(customer.number.at(-1)) + 1) % 10}`;
    case "customerCode":
      return customer.code === "OTHR" ? "ANDR" : "OTHR";
    case "mainBarcode":
      return `${parcel.barcode.slice(0, 4)}${prng.between(10_000_000, 99_999_999)}X`;
    case "location":
      return `${location === "199999" ? "2" : "1"}99999`;
  }
}

function sayLegacyOnly(story: Story, at: number, plan: WorldPlan, prng: Prng): Subject {
  say(story.legacy, "out_for_delivery", at, plan, prng);
  return { status: "out_for_delivery" };
}

function sayNewOnly(story: Story, at: number, prng: Prng): Subject {
  story.newSide.push(makeNewEpisode("out_for_delivery", at, pickLocation("out_for_delivery", prng)));
  return { status: "out_for_delivery" };
}

function announceLegacyOnly(story: Story, at: number, plan: WorldPlan, prng: Prng): Subject {
  silenceNew(story);
  silenceLegacy(story);
  say(story.legacy, "announced", at, plan, prng);
  return {};
}

function announceNewOnly(story: Story, at: number, prng: Prng): Subject {
  silenceLegacy(story);
  story.newSide = [makeNewEpisode("announced", at, pickLocation("announced", prng))];
  return {};
}

/** Two statuses at one moment, one of them final or neither. */
function contradict(story: Story, withFinal: boolean, at: number, plan: WorldPlan, prng: Prng): Subject {
  const legacyStatus = withFinal ? "delivered" : "out_for_delivery";
  const newStatus = pickStatus(
    plan,
    prng,
    (status) => isFinal(status, plan) === withFinal && status !== legacyStatus && status !== "sorted",
  );
  const { location } = say(story.legacy, legacyStatus, at, plan, prng);
  story.newSide.push(makeNewEpisode(newStatus, at, location));
  return { legacyStatus, newStatus };
}

function sayAtTwoTimes(story: Story, at: number, plan: WorldPlan, prng: Prng): Subject {
  const deltaSeconds = prng.between(20 * 60, 45 * 60);
  const { location, status } = say(story.legacy, "out_for_delivery", at, plan, prng);
  story.newSide.push(makeNewEpisode(status, at + deltaSeconds * 1000, location));
  return { status, deltaSeconds };
}

function sayInTwoOrders(story: Story, at: number, plan: WorldPlan, prng: Prng): Subject {
  const first = say(story.legacy, "delayed", at, plan, prng);
  const second = say(story.legacy, "out_for_delivery", at + HOUR_MS, plan, prng);
  story.newSide.push(
    makeNewEpisode(second.status, at + HOUR_MS, second.location),
    makeNewEpisode(first.status, at + 100 * MINUTE_MS, first.location),
  );
  return { status: first.status };
}

/** Both sides know it, the new one by a reply only, and not for two hours yet. */
function missRecentPush(story: Story, plan: WorldPlan, prng: Prng): Subject {
  const at = minutesAgo(110, 50, plan, prng);
  const { location, status } = say(story.legacy, "out_for_delivery", at, plan, prng);
  const episode = makeNewEpisode(status, at, location);
  episode.pushed = false;
  story.newSide.push(episode);
  story.statusPolls.push(plan.now - 20 * MINUTE_MS);
  return { status };
}

function say(
  legacy: LegacyEpisode[],
  status: string,
  at: number,
  plan: WorldPlan,
  prng: Prng,
): LegacyEpisode {
  const scans = [{ code: prng.pick(getCodes(plan, status)), at }];
  const episode: LegacyEpisode = { status, location: pickLocation(status, prng), scans };
  legacy.push(episode);
  return episode;
}

function minutesAgo(most: number, least: number, { now }: WorldPlan, prng: Prng): number {
  return now - prng.between(least * 60, most * 60) * 1000;
}

/** When the speaking side says what the silent one should have answered by now, were it heard. */
function unansweredAt({ now, silence, heardUntil }: WorldPlan, prng: Prng): number {
  const [earliest, latest] =
    silence?.side === "new"
      ? [heardUntil.new + HOUR_MS, now - 3 * HOUR_MS]
      : [heardUntil.legacy - 5 * HOUR_MS, now - 13 * HOUR_MS];
  return earliest + prng.between(0, (latest - earliest) / 1000) * 1000;
}

/** Shortly before the silent side was last heard: of the legacy side, before its last file. */
function lastHeardAt(most: number, least: number, plan: WorldPlan, prng: Prng): number {
  const { silence, heardUntil, fileTimes } = plan;
  const end = silence?.side === "new" ? heardUntil.new : (fileTimes.at(-1) ?? 0);
  return end - prng.between(least * 60, most * 60) * 1000;
}

function isFinal(status: string, { statuses }: WorldPlan): boolean {
  return statuses.get(status)?.final ?? false;
}

function pickStatus({ statuses }: WorldPlan, prng: Prng, fits: (status: string) => boolean): string {
  return prng.pick([...statuses.keys()].filter(fits));
}

/** Letters that begin none of the carrier's codes. */
function pickUnmapped({ mappedCodes }: WorldPlan, prng: Prng): string {
  for (;;) {
    const code = `${prng.pick(["W", "N", "U", "E"])}${String(prng.between(1, 99)).padStart(2, "0")}`;
    if (!mappedCodes.has(code)) return code;
  }
}

function pickUnknown({ statuses }: WorldPlan, prng: Prng): string {
  return prng.pick(
    ["rerouted_to_hub", "customs_cleared", "awaiting_instructions", "handed_to_partner"].filter(
      (code) => !statuses.has(code),
    ),
  );
}

function pickIndex(story: Story, fits: (index: number) => boolean, prng: Prng): number {
  return prng.pick([...story.legacy.keys()].filter(fits));
}

function getEpisode<Episode extends LegacyEpisode | NewEpisode>(
  episodes: readonly Episode[],
  index: number,
): Episode {
  const episode = episodes[index];
  if (!episode) throw new Error(`no episode ${index}`);
  return episode;
}

/** The earlier or later of both sides' times of an episode. */
function timeOf(story: Story, index: number, choose: (a: number, b: number) => number): number {
  const legacyAt = getEpisode(story.legacy, index).scans[0]?.at ?? 0;
  return choose(legacyAt, getEpisode(story.newSide, index).at);
}
