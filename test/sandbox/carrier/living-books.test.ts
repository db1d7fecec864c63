import { describe, expect, it } from "vitest";
import { makeLivingBooks } from "../../../src/sandbox/carrier/living-books.ts";
import { receivedAtOf } from "../../../src/sandbox/carrier/recorded-line.ts";
import { generateWorld, type JsonLine } from "../../../src/sandbox/world.ts";
import { timeOf } from "../../support/observations.ts";
import { worldOptions } from "../../support/worlds.ts";

const OPTIONS = worldOptions({ seed: 5, parcels: 300, noise: { multi_collo: true, several_scans: true } });
const world = generateWorld(OPTIONS);
const books = makeLivingBooks(OPTIONS);
const asked = (lines: readonly JsonLine[]) => lines.filter(({ request }) => request?.barcode !== undefined);

/** Barcodes, codes and times of a v2 reply; weights and addresses are made up anew. */
function toEvents(body: unknown): string[] {
  const { CompleteStatus } = JSON.parse(JSON.stringify(body));
  return [CompleteStatus?.Shipment ?? []]
    .flat()
    .flatMap(({ Barcode, Event }) =>
      [Event].flat().map(({ Code, TimeStamp }) => `${Barcode} ${Code} ${TimeStamp}`),
    );
}

describe("makeLivingBooks", () => {
  it("says at any recorded moment what was recorded then", () => {
    expect(asked(world.statusApi).length).toBeGreaterThan(20);
    for (const line of asked(world.statusApi)) {
      const living = books.statusApi.take(line.request?.barcode ?? "", receivedAtOf(line));
      const told: unknown = living?.body ?? { items: [], warnings: [], nextCursor: null };
      expect(told).toEqual(line.body);
    }
    for (const line of asked(world.legacyApi)) {
      const living = books.legacyApi.take(line.request?.barcode ?? "", receivedAtOf(line));
      expect(toEvents(living?.body ?? {})).toEqual(toEvents(line.body));
    }
  });

  it("lists a parcel when something happens to it, a minute later, and at no other time", () => {
    const [barcode = ""] = books.statusApi.barcodes;
    const first = books.statusApi.findGood(barcode, world.now);
    const body = first?.body as { items: { statuses: { timestamp: string }[] }[] } | undefined;
    const at = timeOf(body?.items[0]?.statuses[0]?.timestamp ?? "");
    const listed = (from: number, until: number) =>
      books.statusApi.listChanged(from, until).includes(barcode);
    expect(listed(at + 60_000, at + 61_000)).toBe(true);
    expect(listed(at - 60_000, at + 59_000)).toBe(false);
    expect(books.statusApi.take(barcode, at + 59_000)).toBeUndefined();
  });

  it("tells all pieces of a consignment by any of their barcodes", () => {
    const replies = books.legacyApi.barcodes.map((barcode) => books.legacyApi.take(barcode, world.now));
    const several = replies
      .map((reply) => toEvents(reply?.body ?? {}))
      .find((events) => new Set(events.map((event) => event.split(" ")[0])).size > 1);
    const pieces = new Set(several?.map((event) => event.split(" ")[0] ?? ""));
    expect(pieces.size).toBeGreaterThan(1);
    for (const piece of pieces) {
      expect(toEvents(books.legacyApi.take(piece.toLowerCase(), world.now)?.body ?? {})).toEqual(several);
    }
  });

  it("knows nothing of a parcel that is not there", () => {
    expect(books.statusApi.take("3SDEVC000000000", world.now)).toBeUndefined();
  });
});
