import { Prng } from "../../../src/sandbox/prng.ts";
import type { World } from "../../../src/sandbox/world.ts";
import type { Judged } from "./judge-plants.ts";
import { judgePlanted } from "./judge-plants.ts";
import { makeOtherPlants } from "./other-plants.ts";
import type { Plant, Target } from "./plants.ts";
import { makePlants } from "./plants.ts";
import type { Score } from "./score.ts";
import { toScore, truthOfTwo } from "./score.ts";

/** What the rules said of one planted fault, or of two at once. */
export interface Measured {
  /** `tuned`: a sort of fault by which the rules were written; `other`: one that was thought of afterwards. */
  readonly group: "tuned" | "other" | "two";
  readonly fault: string;
  readonly score: Score;
}

/** Plants every fault in a world, each alone, then some drawn by two. */
export async function measureWorld(
  world: World,
  target: Target,
  { seed, pairs }: { readonly seed: number; readonly pairs: number },
): Promise<readonly Measured[]> {
  if ((await judgePlanted(world, [])).length > 0) throw new Error("there are findings in the sound world");
  const measured: Measured[] = [];
  const alone: { readonly plant: Plant; readonly judged: readonly Judged[] }[] = [];
  for (const [group, plants] of [
    ["tuned", makePlants(target)],
    ["other", makeOtherPlants(target)],
  ] as const) {
    for (const plant of plants) {
      const judged = await judgePlanted(world, [plant]);
      alone.push({ plant, judged });
      const truth = new Set([plant.cause]);
      const fault = `${plant.name} (${plant.cause})`;
      measured.push({ group, fault, score: toScore(judged, () => truth) });
    }
  }
  const prng = new Prng(seed, 12);
  for (let pair = 0; pair < pairs; pair += 1) {
    const a = prng.pick(alone);
    const b = prng.pick(alone);
    if (a === b) continue;
    const judged = await judgePlanted(world, [a.plant, b.plant]);
    const truth = truthOfTwo([a.plant, b.plant], [toIds(a.judged), toIds(b.judged)]);
    const fault = `${a.plant.name} + ${b.plant.name}`;
    measured.push({ group: "two", fault, score: toScore(judged, truth) });
  }
  return measured;
}

function toIds(judged: readonly Judged[]): ReadonlySet<string> {
  return new Set(judged.map(({ finding }) => finding.id));
}
