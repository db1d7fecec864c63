import { UsageError } from "../domain/errors.ts";
import type { FindingKind, PendingReason } from "../domain/finding.ts";
import type { DefectKind } from "./defect-kinds.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./durations.ts";
import { getLife, type Life } from "./lives.ts";
import type { Parcel } from "./parcel.ts";
import type { Plant } from "./plant.ts";
import {
  announceLegacyOnly,
  announceNewOnly,
  contradict,
  lastHeardAt,
  minutesAgo,
  missRecentPush,
  sayAtTwoTimes,
  sayInTwoOrders,
  sayLegacyOnly,
  sayNewOnly,
  unansweredAt,
} from "./plant-recent.ts";
import {
  addUnknown,
  addUnmapped,
  changeFinalStatus,
  changeStatus,
  dropLegacy,
  dropNew,
  FIELDS,
  goOnAfterFinal,
  isBetweenEquals,
  missPull,
  missPush,
  moveAcross,
  moveInTime,
  pushTwice,
  replaceByUnknown,
  replaceByUnmapped,
  silenceLegacy,
  silenceNew,
  tellWrong,
  tellWrongly,
} from "./plant-settled.ts";
import type { Prng } from "./prng.ts";
import { type Story, spanOf, tellStory } from "./story.ts";
import type { TruthFinding } from "./truth.ts";
import type { WorldPlan } from "./world-plan.ts";

/** A parcel with a defect, and what it must give. */
export interface PlantedStory {
  readonly story: Story;
  readonly finding: TruthFinding;
}

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
