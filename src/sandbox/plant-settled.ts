import { DAY_MS, MINUTE_MS } from "./durations.ts";
import {
  getEpisode,
  isFinal,
  type Plant,
  pickIndex,
  pickStatus,
  pickUnknown,
  pickUnmapped,
  type Subject,
  timeOf,
} from "./plant.ts";
import type { Prng } from "./prng.ts";
import {
  isInClockChange,
  type LegacyEpisode,
  makeNewEpisode,
  pickLocation,
  type Story,
  spanOf,
  type WrongDetails,
} from "./story.ts";
import type { WorldPlan } from "./world-plan.ts";

export const FIELDS = ["reference", "customerNumber", "customerCode", "mainBarcode", "location"] as const;
type Field = (typeof FIELDS)[number];

type At<Episode> = (episodes: readonly Episode[], index: number) => boolean;

export function dropNew(fits: At<{ readonly status: string }>): Plant {
  return (story, _plan, prng) => {
    const index = pickIndex(story, (at) => fits(story.legacy, at), prng);
    story.newSide.splice(index, 1);
    return { status: getEpisode(story.legacy, index).status };
  };
}

export function dropLegacy(fits: At<{ readonly status: string }>): Plant {
  return (story, _plan, prng) => {
    const index = pickIndex(story, (at) => fits(story.legacy, at), prng);
    const [dropped] = story.legacy.splice(index, 1);
    return { status: dropped?.status ?? null };
  };
}

export function isBetweenEquals(episodes: readonly { readonly status: string }[], index: number): boolean {
  const before = episodes[index - 1];
  return before !== undefined && before.status === episodes[index + 1]?.status;
}

export function changeStatus(story: Story, plan: WorldPlan, prng: Prng): Subject {
  const index = pickIndex(story, (at) => !isFinal(getEpisode(story.legacy, at).status, plan), prng);
  return contradictAt(story, index, (status) => !isFinal(status, plan), plan, prng);
}

export function changeFinalStatus(story: Story, plan: WorldPlan, prng: Prng): Subject {
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
export function moveInTime(story: Story, plan: WorldPlan, prng: Prng): Subject {
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
export function moveAcross(story: Story, _plan: WorldPlan, prng: Prng): Subject {
  const index = prng.between(0, story.newSide.length - 2);
  const episode = getEpisode(story.newSide, index);
  const crossed = getEpisode(story.newSide, index + 1).at;
  const beyond = story.newSide[index + 2];
  const room = beyond ? Math.floor((beyond.at - crossed) / MINUTE_MS) - 10 : 300;
  episode.at = crossed + prng.between(10, room) * MINUTE_MS;
  return { status: episode.code };
}

/** Lets only the new side go on after the last status, which is final. */
export function goOnAfterFinal(story: Story, at: number, _plan: WorldPlan, prng: Prng): Subject {
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

export function silenceNew(story: Story): Subject {
  story.newSide = [];
  return {};
}

export function silenceLegacy(story: Story): Subject {
  story.legacy = [];
  story.strays = [];
  return {};
}

export function addUnmapped(story: Story, plan: WorldPlan, prng: Prng): Subject {
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

export function replaceByUnmapped(story: Story, plan: WorldPlan, prng: Prng): Subject {
  const code = pickUnmapped(plan, prng);
  const [replaced] = story.legacy.splice(prng.between(0, story.legacy.length - 1), 1);
  const at = replaced?.scans[0]?.at ?? 0;
  story.strays = story.strays.filter((stray) => stray.at !== at);
  story.strays.push({ code, at });
  return { code };
}

export function addUnknown(story: Story, plan: WorldPlan, prng: Prng): Subject {
  const code = pickUnknown(plan, prng);
  const [first, last] = spanOf(story);
  const at = Math.ceil(first / 1000) * 1000 + prng.between(60, Math.floor((last - first) / 1000)) * 1000;
  story.newSide.push(makeNewEpisode(code, at, pickLocation(code, prng)));
  return { code };
}

export function replaceByUnknown(story: Story, plan: WorldPlan, prng: Prng): Subject {
  const episode = prng.pick(story.newSide);
  episode.code = pickUnknown(plan, prng);
  return { code: episode.code };
}

/** Not the first and not the last, so that the webhook is in use before and after. */
export function missPush(story: Story, _plan: WorldPlan, prng: Prng): Subject {
  const episode = getEpisode(story.newSide, prng.between(1, story.newSide.length - 2));
  episode.pushed = false;
  story.statusPolls.push(Math.floor(spanOf(story)[1] / 1000) * 1000 + prng.between(150, 600) * MINUTE_MS);
  return { status: episode.code };
}

/** The last reply lists all but one; half of the time an earlier one did list it. */
export function missPull(story: Story, _plan: WorldPlan, prng: Prng): Subject {
  const episode = prng.pick(story.newSide);
  const last = Math.floor(spanOf(story)[1] / 1000) * 1000 + prng.between(180, 600) * MINUTE_MS;
  episode.listedUntil = prng.chance(0.5) ? last - 1000 : Number.NEGATIVE_INFINITY;
  story.statusPolls.push(Math.floor(episode.at / 1000) * 1000 + prng.between(10, 25) * MINUTE_MS, last);
  return { status: episode.code };
}

export function pushTwice(story: Story, _plan: WorldPlan, prng: Prng): Subject {
  const episode = prng.pick(story.newSide);
  episode.pushedTwice = true;
  return { status: episode.code };
}

export function tellWrongly(field: Field): Plant {
  return (story, plan, prng) => tellWrong(field, story, plan, prng);
}

/** One side tells one detail of one episode differently; nothing else is said of it, so that no other witness speaks first. */
export function tellWrong(field: Field, story: Story, _plan: WorldPlan, prng: Prng): Subject {
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
