/**
 * A small seeded generator of pseudo-random numbers (sfc32, 128 bits of
 * state): the same seeds give the same numbers on every machine. With a
 * smaller state, two of a hundred thousand parcels would draw the same
 * numbers, event ids included. Not for secrets.
 *
 * @see https://pracrand.sourceforge.net/ for sfc32
 */
export class Prng {
  #a = 0;
  #b = 0;
  #c = 0;
  #counter = 1;

  constructor(...seeds: readonly number[]) {
    this.reseed(...seeds);
  }

  /** Starts again from other seeds, so that one object can serve a million parcels. */
  reseed(...seeds: readonly number[]): void {
    this.#a = hashOf(seeds, 0x9e3779b9);
    this.#b = hashOf(seeds, 0x243f6a88);
    this.#c = hashOf(seeds, 0xb7e15162);
    this.#counter = 1;
    for (let i = 0; i < WARM_UP; i += 1) this.bits();
  }

  /** The next 32 bits, from 0. */
  bits(): number {
    const word = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + word) | 0;
    return word >>> 0;
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

/** Rounds until every bit of the seeds has reached every bit of the state. */
const WARM_UP = 12;

function hashOf(seeds: readonly number[], start: number): number {
  let hash = start;
  for (const seed of seeds) {
    hash = mix(hash ^ Math.trunc(seed));
    hash = mix(hash ^ Math.trunc(seed / 0x1_0000_0000));
  }
  return hash;
}

function mix(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return second ^ (second >>> 16);
}
