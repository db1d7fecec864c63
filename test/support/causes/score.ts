import type { Cause } from "../../../src/domain/finding.ts";
import type { Judged } from "./judge-plants.ts";
import type { Plant } from "./plants.ts";

/** How many findings were given their cause, another, or none. */
export interface Score {
  right: number;
  wrong: number;
  undecided: number;
  /** By the rule and what it said of what, how often it was wrong. */
  readonly mistakes: Map<string, number>;
}

export function makeScore(): Score {
  return { right: 0, wrong: 0, undecided: 0, mistakes: new Map() };
}

/** @param truthOf the causes that a finding may have; more than one where two faults could have made it */
export function toScore(judged: readonly Judged[], truthOf: (id: string) => ReadonlySet<Cause>): Score {
  const score = makeScore();
  for (const { finding, cause, rule } of judged) {
    if (cause === "undecided") score.undecided += 1;
    else if (truthOf(finding.id).has(cause)) score.right += 1;
    else {
      score.wrong += 1;
      const mistake = `${rule}: ${cause}, ${finding.kind}`;
      score.mistakes.set(mistake, (score.mistakes.get(mistake) ?? 0) + 1);
    }
  }
  return score;
}

export function addScore(to: Score, { right, wrong, undecided, mistakes }: Score): void {
  to.right += right;
  to.wrong += wrong;
  to.undecided += undecided;
  for (const [mistake, count] of mistakes) to.mistakes.set(mistake, (to.mistakes.get(mistake) ?? 0) + count);
}

/** What made a finding of two faults at once: the one that makes it alone, too, or else either. */
export function truthOfTwo(
  [a, b]: readonly [Plant, Plant],
  [ofA, ofB]: readonly [ReadonlySet<string>, ReadonlySet<string>],
): (id: string) => ReadonlySet<Cause> {
  return (id) => {
    if (ofA.has(id) === ofB.has(id)) return new Set([a.cause, b.cause]);
    return new Set([ofA.has(id) ? a.cause : b.cause]);
  };
}
