import { afterEach, beforeEach } from "vitest";
import type { Barcode } from "../../src/domain/barcode.ts";
import { bucketOf } from "../../src/domain/barcode.ts";
import type { KeptObservation } from "../../src/domain/merge-observation.ts";
import { compareText } from "../../src/domain/observation.ts";
import type { IntakeWriter } from "../../src/store/intake-access.ts";
import type { ChannelDossier, Selection } from "../../src/store/parcel-access.ts";
import type { ParcelOutcome } from "../../src/store/run-access.ts";
import type { Store, StoreTransaction } from "../../src/store/store.ts";
import { aKept, anOutcome, dossiersOf, parcelOf } from "../support/store-rows.ts";

/** Gives a new and empty store. */
export type OpenStore = () => Promise<Store>;

/** The suites' moment. */
export const T = 1_772_900_000_000;

/** A store, and the words in which the suites speak of it. */
export interface StoreUnderTest {
  /** Of the test that runs. */
  readonly store: Store;
  write<Result>(work: (writer: IntakeWriter) => Promise<Result>): Promise<Result>;
  /** Keeps observations, in the place of what their channels said of their parcels. */
  keep(...observations: readonly KeptObservation[]): Promise<void>;
  keepDossiers(...dossiers: readonly ChannelDossier[]): Promise<void>;
  evaluate(...outcomes: readonly ParcelOutcome[]): Promise<void>;
  /** Keeps one observation of each parcel, and evaluates the parcel as `wish` says. */
  keepParcels(...wishes: readonly Partial<ParcelOutcome>[]): Promise<void>;
  /** The touched parcels of all buckets, in order of barcode. */
  touched(selection?: Partial<Touched>): Promise<Barcode[]>;
  observationsOf(barcode?: Barcode): Promise<readonly KeptObservation[] | undefined>;
}

type Touched = Extract<Selection, { kind: "touched" }>;

/** Opens a store for every test, and closes it after. */
export function useStore(openStore: OpenStore): StoreUnderTest {
  let store: Store;
  beforeEach(async () => {
    store = await openStore();
  });
  afterEach(() => store.close());

  const transaction = <Result>(work: (tx: StoreTransaction) => Promise<Result>): Promise<Result> =>
    store.transaction(work);
  const keepDossiers = (...dossiers: readonly ChannelDossier[]): Promise<void> =>
    transaction((tx) => tx.dossiers.saveDossiers(dossiers));
  const keep = (...observations: readonly KeptObservation[]): Promise<void> =>
    keepDossiers(...dossiersOf(observations));
  const evaluate = (...outcomes: readonly ParcelOutcome[]): Promise<void> =>
    transaction(async ({ evaluations }) => {
      for (const outcome of outcomes) await evaluations.saveOutcomes(bucketOf(outcome.barcode), [outcome]);
    });
  return {
    get store() {
      return store;
    },
    write: (work) => transaction(({ intakes }) => work(intakes)),
    keep,
    keepDossiers,
    evaluate,
    async keepParcels(...wishes) {
      const outcomes = wishes.map((wish) => anOutcome(wish));
      await keep(...outcomes.map(({ barcode }) => aKept({ barcode })));
      await evaluate(...outcomes);
    },
    async touched(selection = {}) {
      const barcodes: Barcode[] = [];
      for (const bucket of await store.parcels.buckets()) {
        const dossiers = await store.parcels.dossiers(bucket, aTouched(selection));
        barcodes.push(...dossiers.map(({ barcode }) => barcode));
      }
      return barcodes.sort(compareText);
    },
    async observationsOf(barcode = parcelOf(1)) {
      return (await store.parcels.findDossier(barcode))?.observations;
    },
  };
}

/** The selection of touched parcels at {@link T}, deliveries where they were. */
export function aTouched(wish: Partial<Touched> = {}): Touched {
  return { kind: "touched", now: T, deliveriesMoved: false, ...wish };
}

export async function all<Row>(pages: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}
