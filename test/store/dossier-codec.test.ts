import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeObservations, encodeObservation, toEntryStart } from "../../src/store/dossier-codec.ts";
import { arbitraryBarcode, arbitraryKept, arbitraryText } from "../support/arbitrary-kept.ts";
import { aKept, hashOf, parcelOf } from "../support/store-rows.ts";

/** What one channel said of one parcel. */
const arbitraryDossier = arbitraryBarcode.chain((barcode) =>
  fc.array(
    arbitraryKept(barcode).map((kept) => ({ ...kept, channel: "webhook" as const })),
    { minLength: 1, maxLength: 5 },
  ),
);

describe("encodeObservation", () => {
  it("writes a text that gives the same observations back, in their order", () => {
    fc.assert(
      fc.property(arbitraryDossier, (kept) => {
        const text = kept.map(encodeObservation).join(",");
        expect(decodeObservations(kept[0]?.barcode ?? parcelOf(1), "webhook", text)).toEqual(kept);
      }),
    );
  });

  it("writes a JSON array that fits in a line, in UTF-8 and in a database's text", () => {
    fc.assert(
      fc.property(arbitraryDossier, (kept) => {
        const text = kept.map(encodeObservation).join(",");
        expect(JSON.parse(`[${text}]`)).toHaveLength(kept.length);
        for (const control of ["\n", "\t", "\u0000"]) expect(text).not.toContain(control);
        expect(Buffer.from(text).toString("utf8")).toBe(text);
      }),
    );
  });

  // What stands in the stores that are there already.
  const start = `["${aKept().identity}","J01",1772900000000,1772900060000,"${aKept().intake}",2`;
  it.each([
    ["nothing that is seldom there", {}, `${start},null,null,null,null,null,null]`],
    [
      "details, the parcel's own barcode as 0",
      {
        details: {
          location: "888888",
          reference: 'a "b"',
          customerNumber: "11223344",
          customerCode: "DEVC",
          mainBarcode: parcelOf(1),
          productCode: "003085",
        },
      },
      `${start},"888888","a \\"b\\"","11223344","DEVC",0,"003085"]`,
    ],
    [
      "a delivery",
      { delivery: { name: "d-1", pack: "0123456789abcdef" } },
      `${start},null,null,null,null,null,null,"d-1","0123456789abcdef"]`,
    ],
    [
      "what is seldom there, up to the last that is",
      { precisionMs: 60_000, laterAt: 5 },
      `${start},null,null,null,null,null,null,null,null,60000,null,5]`,
    ],
    [
      "everything",
      {
        precisionMs: 1,
        lastListedAt: 4,
        laterAt: 5,
        nonexistentTime: true,
        filledLater: { location: 6 },
        delivery: { name: "d", pack: "p" },
      },
      `${start},null,null,null,null,null,null,"d","p",1,4,5,1,{"location":6}]`,
    ],
  ])("writes and reads %s", (_, wish, text) => {
    expect(encodeObservation(aKept(wish))).toBe(text);
    expect(decodeObservations(parcelOf(1), "legacy-scan", text)).toEqual([aKept(wish)]);
  });

  it("tells another parcel's barcode from its own", () => {
    const kept = ["0", parcelOf(1), parcelOf(2), null].map((mainBarcode, n) =>
      aKept({ identity: String(n), details: { mainBarcode } }),
    );
    const text = kept.map(encodeObservation).join(",");
    expect(decodeObservations(parcelOf(1), "legacy-scan", text)).toEqual(kept);
  });
});

describe("decodeObservations", () => {
  it("gives none of an empty text", () => {
    expect(decodeObservations(parcelOf(1), "webhook", "")).toEqual([]);
  });

  it("gives the observations to the parcel and channel of the dossier", () => {
    const [kept] = decodeObservations(parcelOf(7), "status-api", encodeObservation(aKept()));
    expect([kept?.barcode, kept?.channel]).toEqual([parcelOf(7), "status-api"]);
  });
});

describe("toEntryStart", () => {
  it("stands where the entry of its identity begins, and nowhere else", () => {
    fc.assert(
      fc.property(arbitraryDossier, arbitraryText, (kept, absent) => {
        const entries = kept.map(encodeObservation);
        const text = entries.join(",");
        const begins = entries.map((_, n) =>
          entries.slice(0, n).reduce((sum, { length }) => sum + length + 1, 0),
        );
        for (const identity of [...kept.map((one) => one.identity), absent]) {
          const wanted = begins.filter((_, n) => kept[n]?.identity === identity);
          expect(placesOf(toEntryStart(identity), text)).toEqual(wanted);
        }
      }),
    );
  });

  it("is not found in a text that looks like it", () => {
    const identity = hashOf("one").slice(0, 32);
    const text = encodeObservation(aKept({ identity: "two", details: { reference: `["${identity}",` } }));
    expect(text).not.toContain(toEntryStart(identity));
  });
});

function placesOf(part: string, text: string): number[] {
  const places: number[] = [];
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) places.push(at);
  return places;
}
