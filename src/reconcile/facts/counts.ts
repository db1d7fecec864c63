import { addSum } from "../../domain/add-sum.ts";

/** A part of a key. */
export type Coordinate = string | number | null;

type Tree = (Tree | number | undefined)[];

/**
 * Counts by keys of several coordinates, cheap to add to however often: each
 * coordinate has a number, by which counts are found in arrays. Keys are
 * written once, at the end.
 */
export class Counts {
  readonly #coordinates: Coordinate[];
  readonly #numbers: Map<Coordinate, number>;
  readonly #tree: Tree = [];

  /** @param words their numbers are their places */
  constructor(words: readonly string[]) {
    this.#coordinates = [...words];
    this.#numbers = new Map(words.map((word, i) => [word, i]));
  }

  numberOf(coordinate: Coordinate): number {
    let number = this.#numbers.get(coordinate);
    if (number === undefined) {
      number = this.#coordinates.push(coordinate) - 1;
      this.#numbers.set(coordinate, number);
    }
    return number;
  }

  /** Adds to the count of a key of two to five coordinates, each by its number. */
  add(times: number, a: number, b: number, c?: number, d?: number, e?: number): void {
    let tree = branch(this.#tree, a);
    let last = b;
    for (const next of [c, d, e]) {
      if (next === undefined) break;
      tree = branch(tree, last);
      last = next;
    }
    tree[last] = ((tree[last] as number | undefined) ?? 0) + times;
  }

  /** By key, its coordinates joined by `|`; what came to nothing is left out. */
  toSums(): Map<string, number> {
    const sums = new Map<string, number>();
    const walk = (tree: Tree, prefix: string): void => {
      tree.forEach((part, number) => {
        const key = `${prefix}${this.#coordinates[number]}`;
        if (typeof part === "object") walk(part, `${key}|`);
        // Coordinates may hold a bar, so that two paths can spell one key.
        else if (part !== undefined) addSum(sums, key, part);
      });
    };
    walk(this.#tree, "");
    return sums;
  }
}

function branch(tree: Tree, number: number): Tree {
  let part = tree[number] as Tree | undefined;
  if (part === undefined) {
    part = [];
    tree[number] = part;
  }
  return part;
}
