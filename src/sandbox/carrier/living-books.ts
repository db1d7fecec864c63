import { emitLegacyReplies } from "../channels/legacy-api.ts";
import { emitStatusReplies } from "../channels/status-api.ts";
import { MINUTE_MS } from "../durations.ts";
import { emitParcels } from "../emit-parcels.ts";
import { toNoise } from "../noise.ts";
import { Prng } from "../prng.ts";
import type { Story } from "../story.ts";
import { makeRowCounts } from "../truth.ts";
import { planWorld, STREAM, type WorldOptions } from "../world-plan.ts";
import type { WorldSink } from "../world-sink.ts";
import type { RecordedLine } from "./recorded-line.ts";
import type { ReplyBook } from "./reply-book.ts";

/** What both APIs answer, whenever they are asked. */
export interface LivingBooks {
  readonly legacyApi: ReplyBook;
  readonly statusApi: ReplyBook;
}

/** The APIs know of what happens so much later. */
const DELAY_MS = MINUTE_MS;

/**
 * Makes the books of a world that is still going on: every parcel can be asked
 * for at any moment, and the answer is what had happened by then. The replies
 * that `generateWorld` records are only those of some moments.
 *
 * Parcels about which the APIs are never asked in that world, so that a defect
 * has one witness, are not known here.
 *
 * @param options of the world whose files and deliveries are used beside it
 */
export function makeLivingBooks(options: WorldOptions): LivingBooks {
  const plan = planWorld(options);
  const consignments: (readonly Story[])[] = [];
  const ignored = { addScanRow: () => {}, addLine: () => {}, addParcel: () => {} };
  const addConsignment = (stories: readonly Story[]): void => {
    if (!stories.some(({ plain }) => plain)) consignments.push(stories);
  };
  emitParcels(plan, { ...ignored, addConsignment }, makeRowCounts());

  const quiet = { ...plan, noise: toNoise(false) };
  /** The one line that `emit` adds. */
  const recordOne = (emit: (sink: WorldSink, prng: Prng) => void): RecordedLine | undefined => {
    const prng = new Prng(plan.seed, STREAM.parcel);
    let recorded: RecordedLine | undefined;
    const addLine: WorldSink["addLine"] = (_channel, _at, line) => {
      recorded = JSON.parse(line) as RecordedLine;
    };
    emit({ ...ignored, addLine }, prng);
    return recorded;
  };

  return {
    legacyApi: makeBook(
      consignments,
      ([main, ...others], now) =>
        main &&
        recordOne((sink, prng) => {
          const asked = [{ ...main, legacyPolls: [now] }, ...others];
          emitLegacyReplies(asked, quiet, prng, sink, makeRowCounts());
        }),
      (story) => [...story.legacy.flatMap(({ scans }) => scans), ...story.strays].map(({ at }) => at),
    ),
    statusApi: makeBook(
      consignments.flatMap((stories) => stories.map((story) => [story])),
      ([story], now) =>
        story &&
        recordOne((sink, prng) =>
          emitStatusReplies({ ...story, statusPolls: [now] }, quiet, prng, sink, makeRowCounts()),
        ),
      (story) => story.newSide.flatMap(({ at, repeats }) => [at, ...repeats]),
    ),
  };
}

/**
 * @param groups parcels that are told together; any of their barcodes asks for all
 * @param tell what is said of a group at a moment
 * @param momentsOf when something happens to a parcel
 */
function makeBook(
  groups: readonly (readonly Story[])[],
  tell: (group: readonly Story[], now: number) => RecordedLine | undefined,
  momentsOf: (story: Story) => readonly number[],
): ReplyBook {
  const known = groups.map((stories) => ({
    stories,
    barcode: stories[0]?.parcel.barcode ?? "",
    changes: stories.flatMap(momentsOf).map((at) => at + DELAY_MS),
  }));
  const byBarcode = new Map(
    known.flatMap((group) => group.stories.map(({ parcel }) => [parcel.barcode, group] as const)),
  );
  const find = (barcode: string, now: number): RecordedLine | undefined => {
    const group = byBarcode.get(barcode.trim().toUpperCase());
    return group?.changes.some((at) => at <= now) ? tell(group.stories, now) : undefined;
  };
  return {
    take: find,
    findGood: find,
    listChanged: (from, until) =>
      known
        .filter(({ changes }) => changes.some((at) => from <= at && at <= until))
        .map(({ barcode }) => barcode)
        .sort(),
    barcodes: known.map(({ barcode }) => barcode).sort(),
  };
}
