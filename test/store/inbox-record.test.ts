import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Barcode } from "../../src/domain/barcode.ts";
import { encodeObservation } from "../../src/store/dossier-codec.ts";
import type { InboxRecord } from "../../src/store/inbox-record.ts";
import {
  encodeListing,
  encodeRestoration,
  encodeWithdrawal,
  readRecords,
  toRecordLine,
} from "../../src/store/inbox-record.ts";
import { arbitraryBarcode, arbitraryHash, arbitraryKept, arbitraryText } from "../support/arbitrary-kept.ts";
import { parcelOf } from "../support/store-rows.ts";

const arbitraryRecord: fc.Arbitrary<InboxRecord> = arbitraryBarcode.chain((barcode) =>
  fc.oneof(
    arbitraryKept(barcode).map((kept) => ({
      kind: "observation" as const,
      barcode,
      entry: encodeObservation(kept),
    })),
    fc.nat().map((listedAt) => ({ kind: "listing" as const, barcode, listedAt })),
    fc.record({
      kind: fc.constant("withdrawal" as const),
      barcode: fc.constant(barcode),
      identity: arbitraryText,
      intake: arbitraryHash,
      winner: arbitraryHash,
    }),
    arbitraryHash.map((intake) => ({ kind: "restoration" as const, barcode, intake })),
  ),
);

function toLine(record: InboxRecord): string {
  return toRecordLine(record.barcode, toEntry(record));
}

function toEntry(record: InboxRecord): string {
  switch (record.kind) {
    case "observation":
      return record.entry;
    case "listing":
      return encodeListing(record.listedAt);
    case "withdrawal":
      return encodeWithdrawal(record);
    case "restoration":
      return encodeRestoration(record.intake);
  }
}

describe("readRecords", () => {
  it("gives every record back, in order", () => {
    fc.assert(
      fc.property(fc.array(arbitraryRecord, { maxLength: 6 }), (records) => {
        const bytes = Buffer.from(records.map(toLine).join(""));
        expect([...readRecords(bytes)]).toEqual(records);
      }),
    );
  });

  it("reads a part of a larger buffer, and nothing around it", () => {
    const line = Buffer.from(toRecordLine(parcelOf(1), encodeListing(7)));
    const larger = Buffer.concat([line, line, line]);
    const part = new Uint8Array(larger.buffer, larger.byteOffset + line.length, line.length);
    expect([...readRecords(part)]).toEqual([{ kind: "listing", barcode: parcelOf(1), listedAt: 7 }]);
  });

  // What waits in the inboxes that are there already.
  it.each<readonly [string, string, InboxRecord]>([
    [
      "an observation, whose entry it leaves unread",
      '3SDEVC000000001\t["id","J01"]\n',
      { kind: "observation", barcode: parcelOf(1), entry: '["id","J01"]' },
    ],
    [
      "a listing",
      "3SDEVC000000001\t[0,1772900000000]\n",
      { kind: "listing", barcode: parcelOf(1), listedAt: 1_772_900_000_000 },
    ],
    [
      "a withdrawal",
      '3SDEVC000000001\t[1,"id","aa","bb"]\n',
      { kind: "withdrawal", barcode: parcelOf(1), identity: "id", intake: "aa", winner: "bb" },
    ],
    [
      "a restoration",
      '3SDEVC000000001\t[2,"aa"]\n',
      { kind: "restoration", barcode: parcelOf(1), intake: "aa" },
    ],
  ])("reads %s, as it is written", (_, line, record) => {
    expect([...readRecords(Buffer.from(line))]).toEqual([record]);
    expect(toLine(record)).toBe(line);
  });

  it("takes an observation without an identity for one", () => {
    const [kept] = fc.sample(arbitraryKept("3SDEVC000000001" as Barcode), 1);
    if (kept === undefined) throw new Error("no sample");
    const entry = encodeObservation({ ...kept, identity: "" });
    const [record] = readRecords(Buffer.from(toRecordLine(kept.barcode, entry)));
    expect(record).toMatchObject({ kind: "observation", entry });
  });
});
