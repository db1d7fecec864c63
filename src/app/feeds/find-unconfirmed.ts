import type { Barcode } from "../../domain/barcode.ts";
import type { Asked, Overdue } from "../../sources/status-api/select-overdue.ts";
import type { Pushed } from "../../sources/status-api/select-unconfirmed.ts";
import { selectUnconfirmed } from "../../sources/status-api/select-unconfirmed.ts";
import { decodeObservations } from "../../store/dossier-codec.ts";
import type { Store } from "../../store/store.ts";
import type { App } from "../open-app.ts";

/** So many parcels are looked through in one sweep: a large store is gone through in turns. */
const MOST_LOOKED_AT = 20_000;

export interface Unconfirmed {
  /** The oldest first. */
  readonly parcels: readonly Overdue[];
  /** The bucket that was looked at last; `null`: there is none. */
  readonly lastBucket: number | null;
}

/**
 * Looks for parcels that the webhook spoke of and no reply has confirmed, from
 * the bucket after `afterBucket` on and round, until there are `enough`.
 */
export async function findUnconfirmed(
  { store, settings, clock }: App,
  asked: ReadonlyMap<Barcode, Asked>,
  afterBucket: number | null,
  enough: number,
): Promise<Unconfirmed> {
  const buckets = (await store.parcels.buckets()).toSorted((a, b) => a - b);
  const turn = buckets.findIndex((bucket) => bucket > (afterBucket ?? -1));
  const inTurn = turn === -1 ? buckets : [...buckets.slice(turn), ...buckets.slice(0, turn)];
  const reach = { settleNewMs: settings.settleMs.new, reachMs: settings.maxWaitMs, now: clock() };
  const found: Overdue[] = [];
  let lastBucket: number | null = null;
  let lookedAt = 0;
  for (const bucket of inTurn) {
    if (found.length >= enough || lookedAt >= MOST_LOOKED_AT) break;
    const pushed = await readPushed(store, bucket);
    found.push(...selectUnconfirmed(pushed, asked, reach));
    lookedAt += pushed.length;
    lastBucket = bucket;
  }
  return { parcels: found.sort((a, b) => a.since - b.since).slice(0, enough), lastBucket };
}

async function readPushed({ parcels }: Store, bucket: number): Promise<readonly Pushed[]> {
  const listed = new Map(
    (await parcels.channelDossiers(bucket, "status-api", null)).map(({ barcode, listedAt }) => [
      barcode,
      listedAt,
    ]),
  );
  return (await parcels.channelDossiers(bucket, "webhook", null)).map(({ barcode, observations }) => ({
    barcode,
    at: decodeObservations(barcode, "webhook", observations).map(({ at }) => at),
    listedAt: listed.get(barcode) ?? null,
  }));
}
