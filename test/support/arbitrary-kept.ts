import fc from "fast-check";
import type { Barcode } from "../../src/domain/barcode.ts";
import { parseBarcode } from "../../src/domain/barcode.ts";
import { CHANNELS } from "../../src/domain/channel.ts";
import type { KeptObservation } from "../../src/domain/merge-observation.ts";
import { DETAIL_FIELDS } from "../../src/domain/observation.ts";

/** Any text at all: controls, quotation marks, line ends, halves of surrogate pairs; and texts that look like what surrounds them. */
export const arbitraryText: fc.Arbitrary<string> = fc.oneof(
  fc.string(),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(
    "",
    "0",
    "null",
    '"',
    "\\",
    '["',
    "],[",
    '","',
    "\t",
    "\n",
    "\u0000",
    "\u2028",
    "\ud800",
    "é",
    "€",
  ),
);

export const arbitraryBarcode: fc.Arbitrary<Barcode> = fc
  .stringMatching(/^[0-9A-Z]{8,35}$/)
  .map((text) => parseBarcode(text, "an arbitrary barcode"));

export const arbitraryHash: fc.Arbitrary<string> = fc.stringMatching(/^[0-9a-f]{64}$/);

const arbitraryAt = fc.oneof(
  fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }),
  fc.maxSafeInteger(),
);
const arbitraryMaybeText = fc.option(arbitraryText);

/** An observation of one parcel and channel in which every field may have any value of its type. */
export function arbitraryKept(barcode: Barcode): fc.Arbitrary<KeptObservation> {
  return fc.record({
    barcode: fc.constant(barcode),
    channel: fc.constantFrom(...CHANNELS),
    identity: arbitraryText,
    code: arbitraryText,
    at: arbitraryAt,
    laterAt: fc.option(arbitraryAt),
    nonexistentTime: fc.boolean(),
    precisionMs: fc.constantFrom(1, 1000, 60_000),
    receivedAt: arbitraryAt,
    details: fc.record({
      reference: arbitraryMaybeText,
      customerNumber: arbitraryMaybeText,
      customerCode: arbitraryMaybeText,
      mainBarcode: fc.oneof(arbitraryMaybeText, fc.constant(barcode)),
      location: arbitraryMaybeText,
      productCode: arbitraryMaybeText,
    }),
    intake: arbitraryHash,
    line: fc.nat(),
    lastListedAt: fc.option(arbitraryAt),
    filledLater: fc.option(
      fc.record(Object.fromEntries(DETAIL_FIELDS.map((field) => [field, arbitraryAt])), {
        requiredKeys: [],
        noNullPrototype: true,
      }),
    ),
    delivery: fc.option(fc.record({ name: arbitraryText, pack: arbitraryText })),
  });
}
