import { HOUR_MS, MINUTE_MS } from "./durations.ts";
import { isFinal, pickStatus, type Subject } from "./plant.ts";
import { silenceLegacy, silenceNew } from "./plant-settled.ts";
import type { Prng } from "./prng.ts";
import { getCodes, type LegacyEpisode, makeNewEpisode, pickLocation, type Story } from "./story.ts";
import type { WorldPlan } from "./world-plan.ts";

export function sayLegacyOnly(story: Story, at: number, plan: WorldPlan, prng: Prng): Subject {
  say(story.legacy, "out_for_delivery", at, plan, prng);
  return { status: "out_for_delivery" };
}

export function sayNewOnly(story: Story, at: number, prng: Prng): Subject {
  story.newSide.push(makeNewEpisode("out_for_delivery", at, pickLocation("out_for_delivery", prng)));
  return { status: "out_for_delivery" };
}

export function announceLegacyOnly(story: Story, at: number, plan: WorldPlan, prng: Prng): Subject {
  silenceNew(story);
  silenceLegacy(story);
  say(story.legacy, "announced", at, plan, prng);
  return {};
}

export function announceNewOnly(story: Story, at: number, prng: Prng): Subject {
  silenceLegacy(story);
  story.newSide = [makeNewEpisode("announced", at, pickLocation("announced", prng))];
  return {};
}

/** Two statuses at one moment, one of them final or neither. */
export function contradict(
  story: Story,
  withFinal: boolean,
  at: number,
  plan: WorldPlan,
  prng: Prng,
): Subject {
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

export function sayAtTwoTimes(story: Story, at: number, plan: WorldPlan, prng: Prng): Subject {
  const deltaSeconds = prng.between(20 * 60, 45 * 60);
  const { location, status } = say(story.legacy, "out_for_delivery", at, plan, prng);
  story.newSide.push(makeNewEpisode(status, at + deltaSeconds * 1000, location));
  return { status, deltaSeconds };
}

export function sayInTwoOrders(story: Story, at: number, plan: WorldPlan, prng: Prng): Subject {
  const first = say(story.legacy, "delayed", at, plan, prng);
  const second = say(story.legacy, "out_for_delivery", at + HOUR_MS, plan, prng);
  story.newSide.push(
    makeNewEpisode(second.status, at + HOUR_MS, second.location),
    makeNewEpisode(first.status, at + 100 * MINUTE_MS, first.location),
  );
  return { status: first.status };
}

/** Both sides know it, the new one by a reply only, and not for two hours yet. */
export function missRecentPush(story: Story, plan: WorldPlan, prng: Prng): Subject {
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

export function minutesAgo(most: number, least: number, { now }: WorldPlan, prng: Prng): number {
  return now - prng.between(least * 60, most * 60) * 1000;
}

/** When the speaking side says what the silent one should have answered by now, were it heard. */
export function unansweredAt({ now, silence, heardUntil }: WorldPlan, prng: Prng): number {
  const [earliest, latest] =
    silence?.side === "new"
      ? [heardUntil.new + HOUR_MS, now - 3 * HOUR_MS]
      : [heardUntil.legacy - 5 * HOUR_MS, now - 13 * HOUR_MS];
  return earliest + prng.between(0, (latest - earliest) / 1000) * 1000;
}

/** Shortly before the silent side was last heard: of the legacy side, before its last file. */
export function lastHeardAt(most: number, least: number, plan: WorldPlan, prng: Prng): number {
  const { silence, heardUntil, fileTimes } = plan;
  const end = silence?.side === "new" ? heardUntil.new : (fileTimes.at(-1) ?? 0);
  return end - prng.between(least * 60, most * 60) * 1000;
}
