import { describe, expect, it } from "vitest";
import { Prng } from "../../src/sandbox/prng.ts";

const draw = (prng: Prng, count = 20) => Array.from({ length: count }, () => prng.bits());

describe("Prng", () => {
  it("gives the same numbers for the same seeds, and others for other seeds", () => {
    expect(draw(new Prng(1, 2))).toEqual(draw(new Prng(1, 2)));
    expect(draw(new Prng(1, 2))).not.toEqual(draw(new Prng(2, 1)));
    expect(draw(new Prng(1))).not.toEqual(draw(new Prng(1 + 2 ** 32)));
  });

  it("starts again when it is seeded again", () => {
    const prng = new Prng(9);
    const first = draw(prng);
    prng.reseed(9);
    expect(draw(prng)).toEqual(first);
  });

  it("reaches both bounds of a range and nothing beyond", () => {
    const prng = new Prng(3);
    const drawn = new Set(Array.from({ length: 200 }, () => prng.between(-2, 2)));
    expect([...drawn].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
  });

  it("never does what has no chance, and always what is certain", () => {
    const prng = new Prng(4);
    expect(Array.from({ length: 100 }, () => prng.chance(0))).not.toContain(true);
    expect(Array.from({ length: 100 }, () => prng.chance(1))).not.toContain(false);
  });

  it("writes as many hexadecimal digits as wanted", () => {
    const prng = new Prng(5);
    for (const digits of [4, 8, 12, 16])
      expect(prng.hex(digits)).toMatch(new RegExp(`^[0-9a-f]{${digits}}$`));
  });

  it("shuffles without losing anything", () => {
    const list = Array.from({ length: 50 }, (_, index) => index);
    const shuffled = [...list];
    new Prng(6).shuffle(shuffled);
    expect(shuffled).not.toEqual(list);
    expect(shuffled.sort((a, b) => a - b)).toEqual(list);
  });

  it("refuses to pick from nothing", () => {
    expect(() => new Prng(7).pick([])).toThrow("nothing to pick from");
  });
});
