import type { Prng } from "./prng.ts";
import type { LegacyEpisode, NewEpisode, Story } from "./story.ts";
import type { TruthFinding } from "./truth.ts";
import type { WorldPlan } from "./world-plan.ts";

/** What a finding is about. */
export type Subject = Partial<
  Pick<TruthFinding, "status" | "legacyStatus" | "newStatus" | "code" | "field" | "deltaSeconds">
>;

/** Puts a defect into a told story. */
export type Plant = (story: Story, plan: WorldPlan, prng: Prng) => Subject;

export function isFinal(status: string, { statuses }: WorldPlan): boolean {
  return statuses.get(status)?.final ?? false;
}

export function pickStatus({ statuses }: WorldPlan, prng: Prng, fits: (status: string) => boolean): string {
  return prng.pick([...statuses.keys()].filter(fits));
}

/** Letters that begin none of the carrier's codes. */
export function pickUnmapped({ mappedCodes }: WorldPlan, prng: Prng): string {
  for (;;) {
    const code = `${prng.pick(["W", "N", "U", "E"])}${String(prng.between(1, 99)).padStart(2, "0")}`;
    if (!mappedCodes.has(code)) return code;
  }
}

export function pickUnknown({ statuses }: WorldPlan, prng: Prng): string {
  return prng.pick(
    ["rerouted_to_hub", "customs_cleared", "awaiting_instructions", "handed_to_partner"].filter(
      (code) => !statuses.has(code),
    ),
  );
}

export function pickIndex(story: Story, fits: (index: number) => boolean, prng: Prng): number {
  return prng.pick([...story.legacy.keys()].filter(fits));
}

export function getEpisode<Episode extends LegacyEpisode | NewEpisode>(
  episodes: readonly Episode[],
  index: number,
): Episode {
  const episode = episodes[index];
  if (!episode) throw new Error(`no episode ${index}`);
  return episode;
}

/** The earlier or later of both sides' times of an episode. */
export function timeOf(story: Story, index: number, choose: (a: number, b: number) => number): number {
  const legacyAt = getEpisode(story.legacy, index).scans[0]?.at ?? 0;
  return choose(legacyAt, getEpisode(story.newSide, index).at);
}
