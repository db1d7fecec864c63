import type { Arrival } from "../domain/arrival.ts";
import type { Barcode } from "../domain/barcode.ts";
import type { Channel } from "../domain/channel.ts";
import type { KeptObservation } from "../domain/merge-observation.ts";
import { mergeObservation } from "../domain/merge-observation.ts";
import { compareText } from "../domain/observation.ts";
import { decodeObservations, encodeObservation, toEntryStart } from "../store/dossier-codec.ts";
import type { InboxRecord } from "../store/inbox-record.ts";
import type { ChannelDossier } from "../store/parcel-access.ts";

/** What became of records beside the dossiers; in order. */
export type SettleEvent =
  /** A delivery arrived again. */
  | { readonly kind: "repeated"; readonly arrival: Arrival & { readonly hash: string } }
  /** Another body came first under its event id. */
  | { readonly kind: "lost"; readonly loser: KeptObservation; readonly winner: string }
  /** It came first under its event id: it may have been set aside before. */
  | { readonly kind: "won"; readonly intake: string };

export interface SettledRecords {
  /** Those that changed. */
  readonly dossiers: readonly ChannelDossier[];
  /** Observations among the records. */
  readonly seen: number;
  /** How many more observations there are now. */
  readonly accepted: number;
  readonly events: readonly SettleEvent[];
}

/**
 * Merges records into the dossiers of one channel and bucket. Of several
 * bodies under one event id the one received first counts; the same
 * observation again fills gaps. The outcome does not depend on the order of
 * the records. Pure.
 *
 * @param kept the dossiers of the parcels that the records speak of
 */
export function settleRecords(
  bucket: number,
  channel: Channel,
  records: Iterable<InboxRecord>,
  kept: readonly ChannelDossier[],
): SettledRecords {
  const drafts = new Map(kept.map((dossier) => [dossier.barcode, new DossierDraft(channel, dossier)]));
  const events: SettleEvent[] = [];
  let seen = 0;
  let accepted = 0;
  for (const record of records) {
    let draft = drafts.get(record.barcode);
    if (draft === undefined) {
      const empty = { bucket, channel, barcode: record.barcode, listedAt: null, observations: "" };
      draft = new DossierDraft(channel, empty);
      drafts.set(record.barcode, draft);
    }
    switch (record.kind) {
      case "observation":
        seen += 1;
        if (draft.add(record.entry, events)) accepted += 1;
        break;
      case "listing":
        draft.list(record.listedAt);
        break;
      case "withdrawal": {
        const loser = draft.withdraw(record.identity, record.intake);
        if (loser === undefined) break;
        accepted -= 1;
        events.push({ kind: "lost", loser, winner: record.winner });
        break;
      }
      case "restoration":
        events.push({ kind: "won", intake: record.intake });
        break;
    }
  }
  return { dossiers: [...drafts.values()].flatMap((draft) => draft.finish()), seen, accepted, events };
}

/** Who of two bodies under one event id counts: the one received first. */
export function compareHolders(a: KeptObservation, b: KeptObservation): number {
  return a.receivedAt - b.receivedAt || compareText(a.intake, b.intake);
}

/** From this length on a dossier is looked up by identity, not searched. */
const LONG_TEXT = 32 * 1024;

/**
 * A dossier while records are merged into it. Most observations are new and
 * only added to its text; it is taken apart when one is there already.
 */
class DossierDraft {
  readonly #channel: Channel;
  readonly #before: ChannelDossier;
  #listedAt: number | null;
  #text: string;
  #byIdentity: Map<string, KeptObservation> | null = null;

  constructor(channel: Channel, dossier: ChannelDossier) {
    this.#channel = channel;
    this.#before = dossier;
    this.#listedAt = dossier.listedAt;
    this.#text = dossier.observations;
  }

  /** @returns whether there is one observation more than before */
  add(entry: string, events: SettleEvent[]): boolean {
    if (this.#byIdentity === null && this.#text.length < LONG_TEXT && !this.#text.includes(startOf(entry))) {
      this.#text += this.#text === "" ? entry : `,${entry}`;
      return true;
    }
    const all = this.#takeApart();
    const [fresh] = decodeObservations(this.#barcode, this.#channel, entry);
    if (fresh === undefined) return false;
    const holder = all.get(fresh.identity);
    if (holder === undefined) {
      all.set(fresh.identity, fresh);
      return true;
    }
    if (this.#channel === "webhook" && holder.intake !== fresh.intake) {
      const freshWins = compareHolders(fresh, holder) < 0;
      const [winner, loser] = freshWins ? [fresh, holder] : [holder, fresh];
      if (freshWins) events.push({ kind: "won", intake: fresh.intake });
      events.push({ kind: "lost", loser, winner: winner.intake });
      all.set(winner.identity, winner);
      return false;
    }
    const merged = mergeObservation(holder, fresh);
    const again = merged.delivery === holder.delivery ? fresh : holder;
    if (again.delivery !== null && !isSameArrival(holder, fresh)) {
      events.push({ kind: "repeated", arrival: toArrival(again, again.delivery.name) });
    }
    all.set(fresh.identity, merged);
    return false;
  }

  list(receivedAt: number): void {
    this.#listedAt = Math.max(this.#listedAt ?? receivedAt, receivedAt);
  }

  withdraw(identity: string, intake: string): KeptObservation | undefined {
    const all = this.#takeApart();
    const found = all.get(identity);
    if (found?.intake !== intake) return undefined;
    all.delete(identity);
    return found;
  }

  /** The dossier, when it changed. */
  finish(): ChannelDossier[] {
    const observations =
      this.#byIdentity === null
        ? this.#text
        : [...this.#byIdentity.values()].map(encodeObservation).join(",");
    const isSame = observations === this.#before.observations && this.#listedAt === this.#before.listedAt;
    return isSame ? [] : [{ ...this.#before, listedAt: this.#listedAt, observations }];
  }

  get #barcode(): Barcode {
    return this.#before.barcode;
  }

  #takeApart(): Map<string, KeptObservation> {
    this.#byIdentity ??= new Map(
      decodeObservations(this.#barcode, this.#channel, this.#text).map((one) => [one.identity, one]),
    );
    return this.#byIdentity;
  }
}

/** How an entry begins: `["identity",`. */
function startOf(entry: string): string {
  const end = entry.indexOf('"', 2);
  if (entry[end - 1] !== "\\") return entry.slice(0, end + 2);
  return toEntryStart((JSON.parse(entry) as [string])[0]);
}

function isSameArrival(a: KeptObservation, b: KeptObservation): boolean {
  return a.receivedAt === b.receivedAt && a.delivery?.name === b.delivery?.name;
}

function toArrival(
  { channel, intake, receivedAt }: KeptObservation,
  name: string,
): Arrival & { hash: string } {
  return { channel, name, receivedAt, httpStatus: null, hash: intake };
}
