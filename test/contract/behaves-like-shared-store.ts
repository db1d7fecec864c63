import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Claim } from "../../src/store/claims.ts";
import { ClaimLost } from "../../src/store/claims.ts";
import type { Store } from "../../src/store/store.ts";
import type { Competition, ImportStory } from "../support/compete.ts";
import type { StoreAddress } from "../support/store-address.ts";
import { openStoreAt } from "../support/store-address.ts";
import { aDossier, aKept, anIntake, anOutcome, aPlan, aRun, parcelOf } from "../support/store-rows.ts";

const LONG = 600_000;
const SHORT = 1;
const THREADS = 4;

/**
 * Every store passes these that several threads, processes or machines can
 * work on at once.
 *
 * @param makeAddress each call gives that of a new and empty store
 */
export function behavesLikeSharedStore(makeAddress: () => Promise<StoreAddress>): void {
  let address: StoreAddress;
  let one: Store;
  let other: Store;
  beforeEach(async () => {
    address = await makeAddress();
    one = await openStoreAt(address);
    other = await openStoreAt(address);
  });
  afterEach(async () => {
    await one.close();
    await other.close();
  });

  const take = (store: Store, owner: string, leaseMs = LONG): Promise<Claim | undefined> =>
    store.claims.take("group 1", owner, leaseMs);
  const mustTake = async (store: Store, owner: string, leaseMs = LONG): Promise<Claim> => {
    for (;;) {
      const claim = await take(store, owner, leaseMs);
      if (claim !== undefined) return claim;
      await wait(1);
    }
  };
  const writeUnder = (store: Store, claim: Claim): Promise<void> =>
    store.transaction(async ({ assertClaim, dossiers }) => {
      await assertClaim(claim);
      await dossiers.saveDossiers([aDossier()]);
    });
  /** Lets threads work on the store, and gives what they tell. */
  const compete = (kind: Competition["kind"], rounds: number): Promise<unknown[]> =>
    Promise.all(
      Array.from({ length: THREADS }, async (_, thread) => {
        const workerData: Competition = { address, kind, thread, rounds };
        const worker = new Worker(new URL("../support/compete.ts", import.meta.url), { workerData });
        const [story] = await once(worker, "message");
        return story;
      }),
    );

  describe("claims", () => {
    it("hold against those who come another way", async () => {
      const claim = await mustTake(one, "a");
      expect(await take(other, "b")).toBeUndefined();
      expect(await other.claims.renew(claim, LONG)).toBe(true);
      await one.claims.release(claim);
      const next = await mustTake(other, "b");
      expect(next.token).toBeGreaterThan(claim.token);
      expect(await take(one, "a")).toBeUndefined();
      expect(await one.claims.renew(claim, LONG)).toBe(false);
    });

    it("that another has taken over are lost: who held them can write nothing more", async () => {
      const lost = await mustTake(one, "a", SHORT);
      const current = await mustTake(other, "b");
      await expect(writeUnder(one, lost)).rejects.toBeInstanceOf(ClaimLost);
      expect(await other.parcels.buckets()).toEqual([]);
      await one.claims.release(lost);
      await writeUnder(other, current);
      expect((await one.parcels.findDossier(parcelOf(1)))?.observations).toEqual([aKept()]);
    });

    it("go to one alone of all who ask at the same time", async () => {
      const given = await Promise.all(
        Array.from({ length: 20 }, (_, n) => take(n % 2 === 0 ? one : other, `owner ${n}`)),
      );
      expect(given.filter((claim) => claim !== undefined)).toHaveLength(1);
    });

    it("keep threads apart that read before they write: no work is lost", async () => {
      await compete("settle", 20);
      const { bucket, channel } = aDossier();
      const [dossier] = await one.parcels.channelDossiers(bucket, channel, null);
      expect(dossier?.listedAt).toBe(THREADS * 20);
    });
  });

  describe("what one has written", () => {
    it("is there for the other at once", async () => {
      const { bucket } = aDossier();
      await one.transaction(async ({ intakes, dossiers, evaluations }) => {
        await intakes.saveIntakes([anIntake("a")]);
        await intakes.saveRecords([{ bucket, channel: "webhook", records: Buffer.from("x") }]);
        await dossiers.saveDossiers([aDossier()]);
        await evaluations.openRun(aPlan());
        await evaluations.closeGroup("run-1", 3, 1);
      });
      expect(await other.runs.hasNews()).toBe(true);
      expect(await other.runs.open()).toMatchObject({ runId: "run-1", closedGroups: new Set([3]) });
      expect((await other.parcels.findDossier(parcelOf(1)))?.observations).toEqual([aKept()]);
      const waiting = await other.parcels.inbox(bucket);
      await other.transaction(async ({ intakes, dossiers, evaluations }) => {
        expect((await intakes.saveIntakes([anIntake("a")])).size).toBe(1);
        await dossiers.clearInbox(waiting);
        await evaluations.saveOutcomes(bucket, [anOutcome()]);
        await evaluations.saveRun(aRun());
      });
      expect(await one.runs.hasNews()).toBe(false);
      expect(await one.runs.open()).toBeUndefined();
      expect(await one.runs.last()).toEqual(aRun());
    });
  });

  describe("the totals", () => {
    it("are all of one moment, whatever others commit meanwhile", async () => {
      let isDone = false;
      const writing = compete("account", 100).finally(() => {
        isDone = true;
      });
      let looks = 0;
      for (; !isDone; looks += 1) {
        const { observations, rows } = await one.runs.totals();
        expect(observations).toBe(rows.accepted);
        await wait(1);
      }
      await writing;
      expect(looks).toBeGreaterThan(10);
      expect((await one.runs.totals()).observations).toBe(THREADS * 100);
    });
  });

  describe("imports by several threads", () => {
    it("are all kept: each intake new once, each event key seen by those after it, the books their sum", async () => {
      const rounds = 20;
      const stories = (await compete("import", rounds)) as readonly ImportStory[];
      expect(stories.reduce((sum, { fresh }) => sum + fresh, 0)).toBe(rounds);
      const inOrder = Array.from({ length: THREADS * rounds }, (_, n) => n);
      const seen = stories.flatMap(({ keysBefore }) => keysBefore).sort((a, b) => a - b);
      expect(seen).toEqual(inOrder);
      const kept = await one.transaction(({ intakes }) =>
        intakes.saveEventKeys([{ bucket: 1, keys: new Float64Array(0) }]),
      );
      expect(kept.flatMap(({ keys }) => [...keys]).sort((a, b) => a - b)).toEqual(inOrder);
      expect(await one.parcels.inbox(1)).toHaveLength(THREADS * rounds);
      const books = await one.feeds.books();
      expect(books.find(({ channel }) => channel === "webhook")?.intakes).toBe(THREADS * rounds);
    });
  });
}
