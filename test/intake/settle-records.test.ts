import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Barcode } from "../../src/domain/barcode.ts";
import { bucketOf } from "../../src/domain/barcode.ts";
import type { Channel } from "../../src/domain/channel.ts";
import type { KeptObservation } from "../../src/domain/merge-observation.ts";
import { mergeObservation } from "../../src/domain/merge-observation.ts";
import { compareText } from "../../src/domain/observation.ts";
import type { SettledRecords, SettleEvent } from "../../src/intake/settle-records.ts";
import { settleRecords } from "../../src/intake/settle-records.ts";
import { decodeObservations, encodeObservation } from "../../src/store/dossier-codec.ts";
import type { InboxRecord } from "../../src/store/inbox-record.ts";
import type { ChannelDossier } from "../../src/store/parcel-access.ts";
import { arbitraryKept, arbitraryText } from "../support/arbitrary-kept.ts";
import { MINUTE } from "../support/observations.ts";
import { aKept, hashOf, parcelOf } from "../support/store-rows.ts";

const PARCEL = parcelOf(1);
const BUCKET = bucketOf(PARCEL);
const T = 1_772_900_000_000;

type Wish = Partial<Omit<KeptObservation, "details">> & {
  readonly details?: Partial<KeptObservation["details"]>;
};

/** A delivery about the first parcel: unless told otherwise of event `e:1`, with its first body, received at T. */
function aDelivered({ identity = "e:1", intake = "first", ...wish }: Wish = {}): KeptObservation {
  const receivedAt = wish.receivedAt ?? T;
  return {
    ...aKept({
      channel: "webhook",
      code: "sorted",
      delivery: { name: `delivery-${receivedAt}`, pack: "pack" },
      ...wish,
      intake: hashOf(intake),
      receivedAt,
    }),
    identity,
  };
}

const recordOf = (observation: KeptObservation): InboxRecord => ({
  kind: "observation",
  barcode: observation.barcode,
  entry: encodeObservation(observation),
});
const listingOf = (barcode: Barcode, listedAt: number): InboxRecord => ({
  kind: "listing",
  barcode,
  listedAt,
});
const withdrawalOf = (identity: string, intake: string, winner = "a winner"): InboxRecord => ({
  kind: "withdrawal",
  barcode: PARCEL,
  identity,
  intake: hashOf(intake),
  winner: hashOf(winner),
});
const restorationOf = (intake: string): InboxRecord => ({
  kind: "restoration",
  barcode: PARCEL,
  intake: hashOf(intake),
});

/** Settles deliveries about the first parcel. */
function settle(records: readonly InboxRecord[], kept: readonly ChannelDossier[] = []): SettledRecords {
  return settleRecords(BUCKET, "webhook", records, kept);
}

function observationsOf({ barcode, channel, observations }: ChannelDossier): KeptObservation[] {
  return decodeObservations(barcode, channel, observations).toSorted((a, b) =>
    compareText(a.identity, b.identity),
  );
}

/** What stands in a dossier, whatever the order. */
function shown(dossier: ChannelDossier) {
  const { barcode, bucket, channel, listedAt } = dossier;
  return { barcode, bucket, channel, listedAt, observations: observationsOf(dossier) };
}

/** Settles batch by batch, as many processes and threads do over time. */
function settleAll(channel: Channel, batches: readonly (readonly InboxRecord[])[]) {
  let dossiers: readonly ChannelDossier[] = [];
  const events: SettleEvent[] = [];
  let [seen, accepted] = [0, 0];
  for (const records of batches) {
    const barcodes = new Set(records.map(({ barcode }) => barcode));
    const kept = dossiers.filter(({ barcode }) => barcodes.has(barcode));
    const settled = settleRecords(BUCKET, channel, records, kept);
    const changed = new Set(settled.dossiers.map(({ barcode }) => barcode));
    dossiers = [...dossiers.filter(({ barcode }) => !changed.has(barcode)), ...settled.dossiers];
    events.push(...settled.events);
    seen += settled.seen;
    accepted += settled.accepted;
  }
  const inOrder = dossiers.toSorted((a, b) => compareText(a.barcode, b.barcode));
  return { dossiers: inOrder.map(shown), events, seen, accepted };
}

/** What must come of records: of each identity the bodies united, and of several bodies the one received first. */
function expectDossiers(channel: Channel, records: readonly InboxRecord[]) {
  const groups = Map.groupBy(records, ({ barcode }) => barcode);
  return [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .map(([barcode, ofParcel]) => {
      const all = ofParcel.flatMap((record) =>
        record.kind === "observation" ? decodeObservations(barcode, channel, record.entry) : [],
      );
      const observations = [...Map.groupBy(all, ({ identity }) => identity)]
        .sort(([a], [b]) => compareText(a, b))
        .flatMap(([, same]) => {
          if (channel !== "webhook") return [same.reduce(mergeObservation)];
          const bodies = [...Map.groupBy(same, ({ intake }) => intake).values()];
          const united = bodies.map((body) => body.reduce(mergeObservation));
          return united
            .sort((a, b) => a.receivedAt - b.receivedAt || compareText(a.intake, b.intake))
            .slice(0, 1);
        });
      const listings = ofParcel.flatMap((record) => (record.kind === "listing" ? [record.listedAt] : []));
      const listedAt = listings.length === 0 ? null : Math.max(...listings);
      return { barcode, bucket: BUCKET, channel, listedAt, observations };
    });
}

/** Parcels are as many as there may be in a bucket; that their barcodes belong to others does not matter here. */
const PARCELS = [parcelOf(1), parcelOf(2), parcelOf(3)] as const;
const IDENTITIES = ["e:1", "e:12", 'e:"', "e:\\", 'e:\\"', 'e:["e:1",', "e:é\t\u2028", "e:"];
const arbitraryReceivedAt = fc.integer({ min: 0, max: 4 }).map((n) => T + n * MINUTE);

/** Bodies say what they say: all but the circumstances of an arrival follows from event and body. */
const arbitraryDelivered = fc
  .record({
    barcode: fc.constantFrom(...PARCELS),
    identity: fc.constantFrom(...IDENTITIES),
    body: fc.constantFrom("first", "second", "third"),
    receivedAt: arbitraryReceivedAt,
    name: fc.constantFrom("d-1", "d-2"),
    pack: fc.constantFrom("pack-1", "pack-2"),
  })
  .map(({ barcode, identity, body, receivedAt, name, pack }) =>
    recordOf(
      aDelivered({
        barcode,
        identity,
        intake: `${barcode} ${identity} ${body}`,
        details: { location: body, reference: 'a ["e:1", in it' },
        receivedAt,
        delivery: { name, pack },
      }),
    ),
  );

/** Replies: what they say of one status may differ, and the gaps are filled. */
const arbitraryListed = fc.oneof(
  fc
    .record({
      barcode: fc.constantFrom(...PARCELS),
      identity: fc.constantFrom("one", "two", "three"),
      intake: fc.constantFrom("first", "second", "third").map(hashOf),
      line: fc.integer({ min: 1, max: 3 }),
      receivedAt: arbitraryReceivedAt,
      location: fc.constantFrom(null, "888888", "999999"),
      reference: fc.constantFrom(null, "ORDER-1", 'O"RDER'),
    })
    .map(({ location, reference, ...wish }) =>
      recordOf(
        aKept({
          channel: "status-api",
          ...wish,
          lastListedAt: wish.receivedAt,
          details: { location, reference },
        }),
      ),
    ),
  fc.tuple(fc.constantFrom(...PARCELS), arbitraryReceivedAt).map(([barcode, at]) => listingOf(barcode, at)),
);

/** Records, in another order, and in batches. */
function inBatches(arbitrary: fc.Arbitrary<InboxRecord>) {
  return fc.array(arbitrary, { minLength: 1, maxLength: 25 }).chain((records) =>
    fc.record({
      records: fc.constant(records),
      batches: fc
        .tuple(
          fc.shuffledSubarray(records, { minLength: records.length }),
          fc.array(fc.boolean(), { minLength: records.length, maxLength: records.length }),
        )
        .map(([shuffled, cuts]) => {
          const batches: InboxRecord[][] = [[]];
          for (const [i, record] of shuffled.entries()) {
            if (cuts[i] === true) batches.push([]);
            batches.at(-1)?.push(record);
          }
          return batches;
        }),
    }),
  );
}

describe("settleRecords", () => {
  it.each([
    ["deliveries", "webhook", arbitraryDelivered],
    ["replies", "status-api", arbitraryListed],
  ] as const)("gives the same dossiers for %s in any order and any batches", (_what, channel, arbitrary) => {
    fc.assert(
      fc.property(inBatches(arbitrary), ({ records, batches }) => {
        const { dossiers, seen, accepted } = settleAll(channel, batches);
        const expected = expectDossiers(channel, records);
        expect(dossiers).toEqual(expected);
        expect(seen).toBe(records.filter(({ kind }) => kind === "observation").length);
        expect(accepted).toBe(expected.reduce((sum, { observations }) => sum + observations.length, 0));
      }),
      { numRuns: 500 },
    );
  });

  it("tells of every body but the first of an event that it lost, whatever came first", () => {
    fc.assert(
      fc.property(inBatches(arbitraryDelivered), ({ records, batches }) => {
        const setAside = new Set<string>();
        for (const event of settleAll("webhook", batches).events) {
          if (event.kind === "lost") setAside.add(event.loser.intake);
          if (event.kind === "won") setAside.delete(event.intake);
        }
        const winners = expectDossiers("webhook", records).flatMap(({ observations }) =>
          observations.map(({ intake }) => intake),
        );
        const came = records.flatMap((record) =>
          record.kind === "observation" ? decodeObservations(record.barcode, "webhook", record.entry) : [],
        );
        expect(setAside).toEqual(new Set(came.map(({ intake }) => intake)).difference(new Set(winners)));
      }),
      { numRuns: 500 },
    );
  });

  it("finds an observation again by any identity, whatever stands around it", () => {
    fc.assert(
      fc.property(arbitraryKept(PARCEL), arbitraryText, arbitraryText, (kept, one, other) => {
        const twice = [one, other, one, other].map((identity) =>
          recordOf({
            ...kept,
            channel: "legacy-scan",
            identity,
            details: { ...kept.details, location: other },
          }),
        );
        const { accepted, dossiers } = settleRecords(BUCKET, "legacy-scan", twice, []);
        expect(accepted).toBe(one === other ? 1 : 2);
        expect(dossiers.flatMap(observationsOf).map(({ identity }) => identity)).toEqual(
          [...new Set([one, other])].sort(compareText),
        );
      }),
    );
  });

  it("changes no dossier when the same records come again", () => {
    fc.assert(
      fc.property(inBatches(arbitraryListed), ({ records }) => {
        const { dossiers } = settleRecords(BUCKET, "status-api", records, []);
        expect(settleRecords(BUCKET, "status-api", records, dossiers)).toMatchObject({
          dossiers: [],
          accepted: 0,
        });
      }),
    );
  });

  it("settles nothing into nothing", () => {
    expect(settle([])).toEqual({ dossiers: [], seen: 0, accepted: 0, events: [] });
  });

  it("adds to a dossier, and gives only those that changed", () => {
    const { dossiers: kept } = settle([
      recordOf(aDelivered()),
      recordOf(aDelivered({ barcode: parcelOf(2), identity: "e:2" })),
    ]);
    const { dossiers, accepted } = settle([recordOf(aDelivered({ identity: "e:3" }))], kept);
    expect(accepted).toBe(1);
    expect(dossiers.map(shown)).toMatchObject([
      { barcode: PARCEL, observations: [{ identity: "e:1" }, { identity: "e:3" }] },
    ]);
  });

  it("tells of a delivery that came again when and under which name, and of the very same nothing", () => {
    const again = aDelivered({ receivedAt: T + MINUTE });
    const { dossiers, accepted, seen, events } = settle(
      [aDelivered(), again, aDelivered(), again].map(recordOf),
    );
    expect([seen, accepted]).toEqual([4, 1]);
    expect(dossiers.map(shown)).toMatchObject([{ observations: [{ receivedAt: T }] }]);
    const repeated = {
      kind: "repeated",
      arrival: {
        channel: "webhook",
        name: `delivery-${T + MINUTE}`,
        receivedAt: T + MINUTE,
        httpStatus: null,
        hash: hashOf("first"),
      },
    };
    // How often an arrival is told does not matter: it is kept once.
    expect(events).toEqual([repeated, repeated]);
  });

  it("takes the earlier arrival for the first, and tells of the other", () => {
    const { dossiers, events } = settle([aDelivered({ receivedAt: T + MINUTE }), aDelivered()].map(recordOf));
    expect(dossiers.map(shown)).toMatchObject([
      { observations: [{ receivedAt: T, delivery: { name: `delivery-${T}` } }] },
    ]);
    expect(events).toMatchObject([{ kind: "repeated", arrival: { receivedAt: T + MINUTE } }]);
  });

  it("lets of two bodies under one event id the one received first win, and of two at once always the same", () => {
    const [first, second] = [aDelivered(), aDelivered({ intake: "second", receivedAt: T + MINUTE })];
    const lost = { kind: "lost", loser: second, winner: first.intake };
    const inOrder = settle([first, second].map(recordOf));
    expect([inOrder.accepted, inOrder.events]).toEqual([1, [lost]]);
    const inReverse = settle([second, first].map(recordOf));
    expect(inReverse.events).toEqual([{ kind: "won", intake: first.intake }, lost]);
    expect(inReverse.dossiers).toEqual(inOrder.dossiers);
    const atOnce = [aDelivered(), aDelivered({ intake: "second" })].map(recordOf);
    expect(settle(atOnce).dossiers).toEqual(settle(atOnce.toReversed()).dossiers);
  });

  it("withdraws an observation, and tells that it lost", () => {
    const { dossiers: kept } = settle([recordOf(aDelivered()), recordOf(aDelivered({ identity: "e:2" }))]);
    const { dossiers, accepted, seen, events } = settle([withdrawalOf("e:1", "first")], kept);
    expect([seen, accepted]).toEqual([0, -1]);
    expect(events).toEqual([{ kind: "lost", loser: aDelivered(), winner: hashOf("a winner") }]);
    expect(dossiers.map(shown)).toMatchObject([{ observations: [{ identity: "e:2" }] }]);
  });

  it("withdraws it in the batch in which it came, and leaves a parcel without observations", () => {
    const { dossiers, accepted, seen } = settle([recordOf(aDelivered()), withdrawalOf("e:1", "first")]);
    expect([seen, accepted]).toEqual([1, 0]);
    expect(dossiers.flatMap(observationsOf)).toEqual([]);
  });

  it("withdraws nothing that is not there, or of which another body counts", () => {
    const { dossiers: kept } = settle([recordOf(aDelivered())]);
    const nothing = { dossiers: [], seen: 0, accepted: 0, events: [] };
    expect(settle([withdrawalOf("e:1", "second"), withdrawalOf("e:2", "first")], kept)).toEqual(nothing);
    expect(settle([withdrawalOf("e:1", "first")])).toEqual(nothing);
  });

  it("takes a withdrawn observation again when it comes again", () => {
    const { dossiers, accepted } = settle([
      recordOf(aDelivered()),
      withdrawalOf("e:1", "first"),
      recordOf(aDelivered({ receivedAt: T + MINUTE })),
    ]);
    expect(accepted).toBe(1);
    expect(dossiers.map(shown)).toMatchObject([{ observations: [{ receivedAt: T + MINUTE }] }]);
  });

  it("tells of a restored observation that it won, and leaves its dossier alone", () => {
    const { dossiers: kept } = settle([recordOf(aDelivered())]);
    expect(settle([restorationOf("first")], kept)).toEqual({
      dossiers: [],
      seen: 0,
      accepted: 0,
      events: [{ kind: "won", intake: hashOf("first") }],
    });
  });

  it("keeps the latest listing, also of a parcel of which nothing else is said", () => {
    const listings = [T + MINUTE, T, T + 2 * MINUTE].map((at) => listingOf(PARCEL, at));
    const { dossiers: kept, seen, accepted } = settleRecords(BUCKET, "status-api", listings, []);
    expect([seen, accepted]).toEqual([0, 0]);
    expect(kept).toEqual([
      { bucket: BUCKET, channel: "status-api", barcode: PARCEL, listedAt: T + 2 * MINUTE, observations: "" },
    ]);
    expect(settleRecords(BUCKET, "status-api", listings, kept).dossiers).toEqual([]);
  });

  it("settles into dossiers of any length as into short ones", () => {
    const identities = Array.from({ length: 400 }, (_, n) => `e:${n}`);
    const all = identities.map((identity, n) =>
      aDelivered({ identity, intake: identity, receivedAt: T + n }),
    );
    const { dossiers: kept, accepted } = settle(all.map(recordOf));
    expect(accepted).toBe(400);
    expect(kept[0]?.observations.length).toBeGreaterThan(64 * 1024);

    const records = [
      aDelivered({ identity: "e:new", intake: "new" }),
      ...all.map((one) => ({ ...one, receivedAt: one.receivedAt + MINUTE })),
      aDelivered({ identity: "e:7", intake: "another body", receivedAt: T - MINUTE }),
    ].map(recordOf);
    const again = settle(records, kept);
    expect([again.seen, again.accepted]).toEqual([402, 1]);
    expect(again.dossiers.map(shown)).toEqual(expectDossiers("webhook", [...all.map(recordOf), ...records]));
    expect(again.events.filter(({ kind }) => kind === "repeated")).toHaveLength(400);
    expect(again.events.filter(({ kind }) => kind === "lost")).toMatchObject([
      { loser: { intake: hashOf("e:7") } },
    ]);
    expect(settle(all.map(recordOf), kept)).toMatchObject({ dossiers: [], accepted: 0, events: [] });
  });
});
