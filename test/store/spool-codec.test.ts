import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RawDelivery } from "../../src/intake/incoming.ts";
import { encodeDeliveries, readDeliveries } from "../../src/store/spool-codec.ts";

const delivery: fc.Arbitrary<RawDelivery> = fc.record({
  body: fc.uint8Array({ maxLength: 300 }),
  receivedAt: fc.maxSafeNat(),
  deliveryId: fc.string({ unit: "grapheme", maxLength: 40 }),
});

const toPlain = (all: Iterable<RawDelivery>) =>
  Array.from(all, (one) => ({ ...one, body: Buffer.from(one.body).toString("hex") }));

describe("a batch of the spool", () => {
  it("holds deliveries byte for byte, in order", () =>
    fc.assert(
      fc.property(fc.array(delivery), (all) => {
        expect(toPlain(readDeliveries(encodeDeliveries(all)))).toEqual(toPlain(all));
      }),
    ));

  it("is read where it is a part of a larger buffer", () => {
    const batch = encodeDeliveries([{ body: Buffer.from("{}"), receivedAt: 1, deliveryId: "é" }]);
    const larger = new Uint8Array([9, ...batch, 9]);
    expect(toPlain(readDeliveries(larger.subarray(1, -1)))).toEqual(toPlain(readDeliveries(batch)));
  });

  it("is never taken for whole when it was cut", () =>
    fc.assert(
      fc.property(fc.array(delivery, { minLength: 1 }), fc.nat(), (all, where) => {
        const whole = encodeDeliveries(all);
        const cut = whole.subarray(0, where % whole.length);
        const before = all.map((_, n) => encodeDeliveries(all.slice(0, n)).length);
        // Between two deliveries nothing tells: the database keeps its values whole.
        if (before.includes(cut.length)) return;
        expect(() => [...readDeliveries(cut)]).toThrow();
      }),
    ));
});
