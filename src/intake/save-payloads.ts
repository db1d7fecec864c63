import type { QuarantinedRow } from "../domain/arrival.ts";
import type { Channel } from "../domain/channel.ts";
import { toMessage } from "../domain/errors.ts";
import type { InputCode } from "../domain/input-codes.ts";
import type { KeptObservation } from "../domain/merge-observation.ts";
import { toKept } from "../domain/merge-observation.ts";
import type { Observation } from "../domain/observation.ts";
import { compareText } from "../domain/observation.ts";
import type { RowTally } from "../domain/verdict.ts";
import type { EventHolder, IntakeWriter, QuarantinedIn, Store } from "../store/store.ts";
import type { PayloadIntake } from "./incoming.ts";
import type { IntakeTally } from "./intake-tally.ts";
import { toProgress } from "./intake-tally.ts";

/**
 * Takes in deliveries or replies of one channel in one transaction.
 *
 * @param payloads in the order in which they stood; the outcome does not
 *   depend on it
 */
export async function savePayloads(
  store: Store,
  channel: Channel,
  payloads: readonly PayloadIntake[],
): Promise<IntakeTally> {
  return store.transaction(async ({ intakes: writer }) => {
    const fresh = await keepIntakes(writer, payloads);
    const { counted, conflicts, withdrawn, released } = await settleEvents(writer, payloads, fresh);

    const observations: KeptObservation[] = [];
    const quarantined: QuarantinedIn[] = [...conflicts];
    for (const payload of payloads) {
      const isFresh = fresh.has(payload);
      for (const row of payload.rows) {
        if (row.kind === "quarantined") {
          if (isFresh) quarantined.push(toQuarantinedIn(payload, row.quarantined));
        } else if (payload.eventId === null || counted.get(payload.eventId) === payload.hash) {
          // Repeats too: a known intake may have arrived earlier, or list its statuses anew. Merging keeps that.
          observations.push(toKept(row.observation));
        }
      }
    }
    for (const { barcode, identity } of withdrawn) await writer.removeObservation(barcode, channel, identity);
    // A withdrawn observation was counted as accepted when it came; the one in its place counts as the one set aside.
    const accepted = (await writer.saveObservations(observations)) - withdrawn.length;
    await writer.saveQuarantined(quarantined);
    for (const { listed, arrival } of payloads) {
      if (arrival.receivedAt !== null && listed.length > 0) {
        await writer.saveListings(listed, arrival.receivedAt);
      }
    }

    const seen = payloads.reduce((sum, { rows }) => sum + rows.length, 0);
    const setAside = quarantined.length - released;
    const rows: RowTally = {
      seen,
      accepted,
      duplicates: seen - accepted - setAside,
      quarantined: setAside,
    };
    const arrivals = payloads.map(({ arrival }) => arrival);
    await writer.saveProgress(toProgress(channel, arrivals, rows, toDeliveries(payloads)));
    return { intakes: payloads.length, ...rows };
  });
}

/**
 * Keeps what is new, and only the arrival of what is known.
 *
 * @returns the payloads whose rows come for the first time. An error reply has
 *   none, so that the same body may come again as a good one.
 */
async function keepIntakes(
  writer: IntakeWriter,
  payloads: readonly PayloadIntake[],
): Promise<ReadonlySet<PayloadIntake>> {
  const firsts = new Map<string, PayloadIntake>();
  for (const payload of payloads) {
    const first = firsts.get(payload.hash);
    if (first === undefined || (first.rows.length === 0 && payload.rows.length > 0))
      firsts.set(payload.hash, payload);
  }
  const known = await writer.saveIntakes(
    [...firsts.values()].map(({ hash, arrival, content, rows }) => ({
      hash,
      arrival,
      sizeBytes: content.length,
      rows: rows.length,
      content,
    })),
  );
  const fresh = new Set<PayloadIntake>();
  for (const payload of firsts.values()) {
    const { hash, rows } = payload;
    const before = known.get(hash);
    if (before !== undefined && before.rows > 0) continue;
    fresh.add(payload);
    if (before !== undefined && rows.length > 0) await writer.saveRowCount(hash, rows.length);
  }
  const repeats = payloads.filter(
    (payload) => firsts.get(payload.hash) !== payload || known.has(payload.hash),
  );
  await writer.saveArrivals(repeats.map(({ arrival, hash }) => ({ ...arrival, hash })));
  return fresh;
}

/** What became of the event ids of a batch. */
interface SettledEvents {
  /** By event id: the hash of the one body that counts. */
  readonly counted: ReadonlyMap<string, string>;
  /** Bodies set aside because another came first under their id. */
  readonly conflicts: readonly QuarantinedIn[];
  /** Those of an earlier batch that no longer count. */
  readonly withdrawn: readonly EventHolder[];
  /** How many that were set aside before count after all. */
  readonly released: number;
}

/** Of several bodies under one event id the one received first counts, whichever is taken in first. */
async function settleEvents(
  writer: IntakeWriter,
  payloads: readonly PayloadIntake[],
  fresh: ReadonlySet<PayloadIntake>,
): Promise<SettledEvents> {
  const contenders = new Map<string, EventHolder[]>();
  const freshOf = new Map<string, PayloadIntake>();
  for (const payload of payloads) {
    const observation = findObservation(payload);
    if (payload.eventId === null || observation === undefined) continue;
    if (fresh.has(payload)) freshOf.set(payload.hash, payload);
    const { barcode, identity, receivedAt } = observation;
    const list = contenders.get(payload.eventId) ?? [];
    list.push({ identity, hash: payload.hash, receivedAt, barcode });
    contenders.set(payload.eventId, list);
  }
  const first = (holders: readonly EventHolder[]): EventHolder =>
    holders.toSorted(compareHolders)[0] as EventHolder;
  const best = new Map(
    [...contenders].map(([eventId, list]) => [
      eventId,
      list.length === 1 ? (list[0] as EventHolder) : first(list),
    ]),
  );
  const holders = await writer.saveEvents([...best.values()]);

  const counted = new Map<string, string>();
  const conflicts: QuarantinedIn[] = [];
  const withdrawn: EventHolder[] = [];
  const replaced: EventHolder[] = [];
  let released = 0;
  for (const [eventId, candidate] of best) {
    const holder = holders.get(candidate.identity);
    const winner = holder === undefined ? candidate : first([holder, candidate]);
    counted.set(eventId, winner.hash);
    if (holder !== undefined && winner === candidate) {
      replaced.push(candidate);
      if (holder.hash !== candidate.hash) {
        withdrawn.push(holder);
        conflicts.push({
          ...toConflict(eventId, "a delivery", winner),
          hash: holder.hash,
          channel: "webhook",
          name: null,
        });
        if (!freshOf.has(winner.hash)) released += await writer.releaseQuarantined(winner.hash, CONFLICT);
      }
    }
    const losers = new Set((contenders.get(eventId) ?? []).map(({ hash }) => hash));
    losers.delete(winner.hash);
    for (const hash of losers) {
      const payload = freshOf.get(hash);
      if (payload === undefined) continue;
      conflicts.push(toQuarantinedIn(payload, toConflict(eventId, payload.arrival.name, winner)));
    }
  }
  await writer.replaceEvents(replaced);
  return { counted, conflicts, withdrawn, released };
}

function compareHolders(a: EventHolder, b: EventHolder): number {
  return a.receivedAt - b.receivedAt || compareText(a.hash, b.hash);
}

function findObservation({ rows }: PayloadIntake): Observation | undefined {
  const [row] = rows;
  return row?.kind === "observation" ? row.observation : undefined;
}

const CONFLICT = "event_id_conflict" satisfies InputCode;

function toConflict(eventId: string, place: string, winner: EventHolder): QuarantinedRow {
  const message = toMessage({
    place,
    value: `event id '${eventId}' with another body`,
    expected: `one body per event id: intake ${winner.hash.slice(0, 12)} came first and counts`,
    todo: "ask the carrier why the id was used again",
  });
  return { line: 1, code: CONFLICT, message, raw: "" };
}

function toQuarantinedIn({ hash, arrival }: PayloadIntake, row: QuarantinedRow): QuarantinedIn {
  return { ...row, hash, channel: arrival.channel, name: arrival.name };
}

/** By customer number: when the deliveries that carry it were received. */
function toDeliveries(
  payloads: readonly PayloadIntake[],
): Map<string, { readonly firstAt: number; readonly lastAt: number }> {
  const windows = new Map<string, { readonly firstAt: number; readonly lastAt: number }>();
  for (const { customerNumber, arrival } of payloads) {
    const at = arrival.receivedAt;
    if (customerNumber === null || at === null) continue;
    const window = windows.get(customerNumber);
    if (window === undefined) windows.set(customerNumber, { firstAt: at, lastAt: at });
    else if (at < window.firstAt || at > window.lastAt) {
      windows.set(customerNumber, {
        firstAt: Math.min(window.firstAt, at),
        lastAt: Math.max(window.lastAt, at),
      });
    }
  }
  return windows;
}
