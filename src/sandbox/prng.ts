/**
 * A small seeded generator of pseudo-random numbers (mulberry32): the same
 * seeds give the same numbers on every machine. Not for secrets.
 *
 * @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md for mulberry32
 */
export class Prng {
  #state = 0;

  constructor(...seeds: readonly number[]) {
    this.reseed(...seeds);
  }

  /** Starts again from other seeds, so that one object can serve a million parcels. */
  reseed(...seeds: readonly number[]): void {
    let hash = 0x9e3779b9;
    for (const seed of seeds) {
      hash = mix(hash ^ Math.trunc(seed));
      hash = mix(hash ^ Math.trunc(seed / 0x1_0000_0000));
    }
    this.#state = hash;
  }

  /** The next 32 bits, from 0. */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let word = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return (word ^ (word >>> 14)) >>> 0;
  }

  /** A whole number from `least` up to and including `most`. */
  between(least: number, most: number): number {
    return least + Math.floor((this.bits() / 0x1_0000_0000) * (most - least + 1));
  }

  /** True in a share of the cases, from 0 (never) to 1 (always). */
  chance(share: number): boolean {
    return this.bits() < share * 0x1_0000_0000;
  }

  /** One of the list's elements. @throws Error when the list is empty */
  pick<T>(list: readonly T[]): T {
    const index = this.between(0, list.length - 1);
    if (list.length === 0) throw new Error("nothing to pick from");
    return list[index] as T;
  }

  /** `digits` hexadecimal digits, lower case; a multiple of four. */
  hex(digits: number): string {
    let text = "";
    while (text.length < digits) {
      const bits = this.bits();
      text += HEX[bits >>> 16];
      if (text.length < digits) text += HEX[bits & 0xffff];
    }
    return text;
  }

  /** Puts a list in another order, in place. */
  shuffle<T>(list: T[]): void {
    for (let last = list.length - 1; last > 0; last -= 1) {
      const other = this.between(0, last);
      const moved = list[last] as T;
      list[last] = list[other] as T;
      list[other] = moved;
    }
  }
}

/** Every number of 16 bits as four digits: the millions of event ids are put together from these. */
const HEX = Array.from({ length: 0x1_0000 }, (_, value) => value.toString(16).padStart(4, "0"));

function mix(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}
