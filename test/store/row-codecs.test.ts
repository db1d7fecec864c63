import { describe, expect, it } from "vitest";
import { fromKeyBytes, toKeyBytes } from "../../src/store/row-codecs.ts";

describe("fromKeyBytes", () => {
  it("reads keys wherever their bytes lie, and keeps none of those", () => {
    const keys = Float64Array.of(0, 1.5, 2 ** 52 - 1);
    const larger = Buffer.concat([Buffer.alloc(3, 7), toKeyBytes(keys), Buffer.alloc(9, 7)]);
    const bytes = larger.subarray(3, 3 + keys.byteLength);
    const given = fromKeyBytes(bytes);
    expect(given).toEqual(keys);
    larger.fill(0);
    expect(given).toEqual(keys);
  });

  it("reads a part of a list", () => {
    const keys = Float64Array.of(1, 2, 3);
    expect(fromKeyBytes(toKeyBytes(keys.subarray(1, 2)))).toEqual(Float64Array.of(2));
    expect(fromKeyBytes(toKeyBytes(keys.subarray(3)))).toEqual(new Float64Array(0));
  });
});
