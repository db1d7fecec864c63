/**
 * A thread that works on a store together with others, see
 * `behaves-like-shared-store.ts`.
 */
import { setTimeout as wait } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { Claim } from "../../src/store/claims.ts";
import { encodeObservation } from "../../src/store/dossier-codec.ts";
import type { Store } from "../../src/store/store.ts";
import type { StoreAddress } from "./store-address.ts";
import { openStoreAt } from "./store-address.ts";
import { aDossier, aKept, anIntake, aProgress, parcelOf } from "./store-rows.ts";

/** What a thread is told. */
export interface Competition {
  readonly address: StoreAddress;
  readonly kind: "settle" | "import" | "account";
  /** 0, 1, 2 … */
  readonly thread: number;
  readonly rounds: number;
}

/** What a thread of kind `import` tells in the end. */
export interface ImportStory {
  /** Intakes that were new to it. */
  readonly fresh: number;
  /** Of each round: how many event keys it found. */
  readonly keysBefore: readonly number[];
}

const LEASE_MS = 600_000;

/** Adds one to a figure, round by round. It is read before the transaction that writes it: only the claim makes that safe. */
async function settle(store: Store, { thread, rounds }: Competition): Promise<void> {
  const { bucket, channel, barcode } = aDossier();
  for (let round = 0; round < rounds; round += 1) {
    const claim = await takeInTheEnd(store, `thread ${thread}`);
    const [before] = await store.parcels.channelDossiers(bucket, channel, [barcode]);
    await store.transaction(async ({ assertClaim, dossiers }) => {
      await assertClaim(claim);
      await dossiers.saveDossiers([aDossier({ listedAt: (before?.listedAt ?? 0) + 1 })]);
    });
    await store.claims.release(claim);
  }
}

async function takeInTheEnd(store: Store, owner: string): Promise<Claim> {
  for (;;) {
    const claim = await store.claims.take("group 1", owner, LEASE_MS);
    if (claim !== undefined) return claim;
    await wait(1);
  }
}

/** Takes in what all others take in at the same time, without any claim. */
async function importIntakes(store: Store, { thread, rounds }: Competition): Promise<ImportStory> {
  let fresh = 0;
  const keysBefore: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await store.transaction(async ({ intakes }) => {
      const known = await intakes.saveIntakes([anIntake(`intake ${round}`)]);
      fresh += 1 - known.size;
      const kept = await intakes.saveEventKeys([
        { bucket: 1, keys: Float64Array.of(thread * rounds + round) },
      ]);
      keysBefore.push(kept.reduce((sum, { keys }) => sum + keys.length, 0));
      await intakes.saveRecords([
        { bucket: 1, channel: "webhook", records: Buffer.from(`${thread} ${round}`) },
      ]);
      await intakes.saveProgress(aProgress({ bucket: round % 2, intakes: 1 }));
    });
  }
  return { fresh, keysBefore };
}

/** Adds an observation to a dossier, and to the books, in one transaction. */
async function account(store: Store, { thread, rounds }: Competition): Promise<void> {
  const { bucket, channel, barcode } = aDossier({ barcode: parcelOf(thread) });
  const observations: string[] = [];
  for (let round = 0; round < rounds; round += 1) {
    observations.push(encodeObservation(aKept({ barcode, identity: `${round}` })));
    await store.transaction(async ({ dossiers, intakes }) => {
      await intakes.saveProgress(
        aProgress({ channel, bucket, rows: { seen: 1, accepted: 1, duplicates: 0, quarantined: 0 } }),
      );
      await dossiers.saveDossiers([aDossier({ barcode, observations: observations.join(",") })]);
    });
  }
}

const COMPETITIONS = { settle, import: importIntakes, account };

const told = workerData as Competition;
const store = await openStoreAt(told.address);
const story = await COMPETITIONS[told.kind](store, told);
await store.close();
parentPort?.postMessage(story);
