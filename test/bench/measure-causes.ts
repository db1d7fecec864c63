/**
 * `npm run bench:causes [-- --seeds 1001,1002 --pairs 10 --parcels 800]`: plants faults of which the cause is known in
 * worlds of other seeds, sizes and mixes than those by which the rules were written, alone and two at once, and counts
 * how many of the findings are given that cause, another, or none. The README's figures are those of
 * `--seeds 3001,3002,…,3012 --pairs 12` and `--seeds 3013,3014,3015 --parcels 800 --pairs 6` together.
 */
import { parseArgs } from "node:util";
import { drawWorld } from "../support/causes/draw-world.ts";
import { measureWorld } from "../support/causes/measure-world.ts";
import type { Score } from "../support/causes/score.ts";
import { addScore, makeScore } from "../support/causes/score.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "1001,1002,1003" },
    pairs: { type: "string", default: "6" },
    parcels: { type: "string" },
  },
});

const byFault = new Map<string, Score>();
const byGroup = new Map<string, Score>();

for (const seed of values.seeds.split(",").map(Number)) {
  const { name, world, target } = drawWorld(
    seed,
    values.parcels === undefined ? undefined : Number(values.parcels),
  );
  process.stderr.write(`${seed}: ${name}\n`);
  for (const { group, fault, score } of await measureWorld(world, target, {
    seed,
    pairs: Number(values.pairs),
  })) {
    for (const [scores, key] of [
      [byFault, `${group}: ${fault}`],
      [byGroup, group],
    ] as const) {
      const sum = scores.get(key) ?? makeScore();
      scores.set(key, sum);
      addScore(sum, score);
    }
  }
}

const percent = (count: number, of: number): string =>
  of === 0 ? "–" : `${((100 * count) / of).toFixed(1)} %`;
const table = [["fault", "findings", "right", "wrong", "undecided", "wrong of decided", "undecided of all"]];
for (const [name, { right, wrong, undecided }] of [...byFault, ...byGroup]) {
  const decided = right + wrong;
  const all = decided + undecided;
  const counts = [all, right, wrong, undecided].map(String);
  table.push([name, ...counts, percent(wrong, decided), percent(undecided, all)]);
}
for (const row of table) console.log(row.join(" | "));
for (const [name, { mistakes }] of byFault)
  for (const [mistake, count] of mistakes) console.log(`${count} × ${mistake} in ${name}`);
