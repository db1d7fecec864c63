import { describe, expect, it } from "vitest";
import { getLife } from "../../src/sandbox/lives.ts";
import { makeBarcode, makeReference } from "../../src/sandbox/parcel.ts";
import { Prng } from "../../src/sandbox/prng.ts";

const make = (count: number, lifeName: string, code = "DEVC") => {
  const prng = new Prng(1);
  const customer = { number: "11223344", code };
  return Array.from({ length: count }, (_, index) =>
    makeBarcode(index, 123_456_789, customer, getLife(lifeName), prng),
  );
};

describe("makeBarcode", () => {
  it("gives every parcel another barcode of fifteen characters with its customer's code", () => {
    const barcodes = make(20_000, "domestic");
    expect(new Set(barcodes).size).toBe(20_000);
    for (const barcode of barcodes) expect(barcode).toMatch(/^3SDEVC\d{9}$/);
    expect(make(1, "domestic", "AB")[0]).toMatch(/^3SAB\d{11}$/);
  });

  it("gives some that go abroad an S10 barcode with a right check digit", () => {
    const s10 = make(500, "customs").filter((barcode) => !barcode.startsWith("3S"));
    expect(s10.length).toBeGreaterThan(100);
    for (const barcode of s10) {
      const [, digits = "", check] = /^(?:LA|CD|CW|RF)(\d{8})(\d)NL$/.exec(barcode)!;
      const [a, b, c, d, e, f, g, h] = [...digits].map(Number) as [
        number,
        number,
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const rest = (8 * a + 6 * b + 4 * c + 2 * d + 3 * e + 5 * f + 9 * g + 7 * h) % 11;
      expect(Number(check)).toBe(rest === 0 ? 5 : rest === 1 ? 0 : 11 - rest);
    }
  });
});

describe("makeReference", () => {
  it("uses letters outside ASCII only where they are wanted", () => {
    const prng = new Prng(2);
    const plain = Array.from({ length: 500 }, () => makeReference(prng, false));
    const accented = Array.from({ length: 500 }, () => makeReference(prng, true));
    for (const reference of plain) expect(reference).toMatch(/^ORDER-\d{8}$/);
    expect(accented.some((reference) => /^ORDER-[Éüø€]-\d{8}$/.test(reference))).toBe(true);
  });
});
