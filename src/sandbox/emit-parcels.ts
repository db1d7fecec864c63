import { emitLegacyNotFound, emitLegacyReplies } from "./channels/legacy-api.ts";
import { emitScanRows } from "./channels/legacy-scan.ts";
import { emitStatusNotFound, emitStatusReplies } from "./channels/status-api.ts";
import { emitDeliveries } from "./channels/webhook.ts";
import { plantDefect } from "./defects.ts";
import { HOUR_MS, MINUTE_MS } from "./durations.ts";
import { getLife, type Life, pickLife } from "./lives.ts";
import { makeBarcode, makeReference, type Parcel, toProductCode } from "./parcel.ts";
import { Prng } from "./prng.ts";
import { type Story, spanOf, tellStory } from "./story.ts";
import { type RowCounts, type TruthFinding, toVerdict } from "./truth.ts";
import { STREAM, type WorldPlan } from "./world-plan.ts";
import type { WorldSink } from "./world-sink.ts";

/** The share of consignments of several pieces, and the most pieces. */
const MULTI_COLLO_SHARE = 0.02;
const MOST_PIECES = 3;

/**
 * Makes up every parcel and says it on all channels, one consignment after
 * the other, so that a world of any size fits in memory. Counts the rows and
 * gives the findings that were planted.
 */
export function emitParcels(plan: WorldPlan, sink: WorldSink, counts: RowCounts): readonly TruthFinding[] {
  const findings: TruthFinding[] = [];
  const prng = new Prng(0);
  for (let index = 0; index < plan.parcels; ) {
    prng.reseed(plan.seed, STREAM.parcel, index);
    const kind = plan.plantings.get(index);
    if (kind === undefined) {
      const stories = tellConsignment(index, plan, prng);
      say(stories, undefined, plan, prng, sink, counts);
      index += stories.length;
    } else {
      const { story, finding } = plantDefect(kind, makeParcelMaker(index, plan, prng), plan, prng);
      planPolls(story, plan.pollShare, plan, prng);
      say([story], finding, plan, prng, sink, counts);
      findings.push(finding);
      index += 1;
    }
  }
  return findings;
}

/** One parcel in order, or several pieces of one consignment. */
function tellConsignment(index: number, plan: WorldPlan, prng: Prng): Story[] {
  const { noise, parcels } = plan;
  if (index === 0 || index === parcels - 1) return [tellEdge(index, plan, prng)];
  let pieces = noise.multi_collo && prng.chance(MULTI_COLLO_SHARE) ? prng.between(2, MOST_PIECES) : 1;
  for (let piece = 1; piece < pieces; piece += 1) {
    if (index + piece >= parcels - 1 || plan.plantings.has(index + piece)) pieces = 1;
  }
  const life = pieces > 1 ? getLife("domestic") : pickLife(prng);
  const startAt = pickStart(index, plan, prng);
  const first = makeParcelMaker(index, plan, prng)(life);
  const stories: Story[] = [];
  for (let piece = 1; piece <= pieces; piece += 1) {
    const barcode =
      piece === 1
        ? first.barcode
        : makeBarcode(index + piece - 1, plan.barcodeOffset, first.customer, life, prng);
    const parcel = { ...first, barcode, piece, pieces };
    const telling = { startAt: startAt + (piece - 1) * 1000, until: plan.horizon, simple: false };
    const story = tellStory(parcel, life, telling, plan, prng);
    // API v2 tells all pieces when it is asked for the first.
    planPolls(story, piece === 1 ? plan.pollShare : { ...plan.pollShare, legacyApi: 0 }, plan, prng);
    stories.push(story);
  }
  return stories;
}

/**
 * The first and the last parcel of a world. They belong to the main customer,
 * so that its webhook is in use all the time; the first one is asked for at
 * the very end, so that it is certain until when each side was heard.
 */
function tellEdge(index: number, plan: WorldPlan, prng: Prng): Story {
  const isFirst = index === 0;
  const life = getLife(isFirst ? "domestic" : "just announced");
  const lastMoment = plan.silence ? plan.horizon : plan.now - 40 * MINUTE_MS;
  const startAt = isFirst ? plan.startAt + HOUR_MS : lastMoment;
  const parcel = makeParcelMaker(index, plan, prng)(life);
  const story = tellStory(parcel, life, { startAt, until: lastMoment, simple: true }, plan, prng);
  if (isFirst) {
    story.legacyPolls.push(plan.heardUntil.legacy);
    story.statusPolls.push(plan.heardUntil.new);
  }
  return story;
}

/** Parcels are sent steadily from the first hour until shortly before the end. */
function pickStart(index: number, plan: WorldPlan, prng: Prng): number {
  const { startAt, horizon, parcels } = plan;
  const share = (index + prng.between(0, 999) / 1000) / parcels;
  const from = startAt + HOUR_MS;
  return from + Math.floor((share * (horizon - 2 * HOUR_MS - from)) / 1000) * 1000;
}

/** Gives the makers of a parcel at that index; the parcel depends on its life. */
function makeParcelMaker(index: number, plan: WorldPlan, prng: Prng): (life: Life) => Parcel {
  const { customers, parcels, plantings } = plan;
  const isMain = index === 0 || index === parcels - 1 || plantings.has(index) || prng.chance(0.85);
  const customerIndex = isMain ? 0 : prng.between(0, customers.length - 1);
  const customer = customers[customerIndex];
  if (!customer) throw new Error("a world without customers");
  const reference = makeReference(prng, plan.noise.file_format);
  return (life) => {
    const barcode = makeBarcode(index, plan.barcodeOffset, customer, life, prng);
    const productCode = toProductCode(life);
    return {
      barcode,
      mainBarcode: barcode,
      reference,
      customer,
      customerIndex,
      productCode,
      piece: 1,
      pieces: 1,
    };
  };
}

/** When a parcel is asked for at the APIs: one to three times until its life is over; too early, too, where noise wants that. */
function planPolls(story: Story, share: WorldPlan["pollShare"], plan: WorldPlan, prng: Prng): void {
  if (story.plain) return;
  const { heardUntil, noise } = plan;
  const [first, last] = spanOf(story);
  const pick = (until: number) => {
    const latest = Math.min(last + 20 * HOUR_MS, until - HOUR_MS);
    const earliest = first + (noise.not_found ? -HOUR_MS : HOUR_MS);
    const times = new Set<number>();
    for (let count = prng.chance(0.6) ? 1 : prng.between(2, 3); count > 0 && latest > earliest; count -= 1) {
      times.add(Math.floor((earliest + prng.between(0, latest - earliest)) / 1000) * 1000);
    }
    return times;
  };
  if (prng.chance(share.legacyApi)) story.legacyPolls.push(...pick(heardUntil.legacy));
  if (prng.chance(share.statusApi)) story.statusPolls.push(...pick(heardUntil.new));
}

/** Says a consignment on every channel. */
function say(
  stories: readonly Story[],
  finding: TruthFinding | undefined,
  plan: WorldPlan,
  prng: Prng,
  sink: WorldSink,
  counts: RowCounts,
): void {
  sink.addConsignment?.(stories);
  for (const story of stories) {
    emitScanRows(story, plan, prng, sink, counts);
    emitDeliveries(story, plan, prng, sink, counts);
    emitStatusReplies(story, plan, prng, sink, counts);
    sink.addParcel(story.parcel.barcode, toVerdict(finding));
  }
  emitLegacyReplies(stories, plan, prng, sink, counts);
  const [main] = stories;
  if (main && plan.noise.not_found && prng.chance(0.01)) {
    const at =
      Math.floor(Math.min(spanOf(main)[0], plan.heardUntil.legacy, plan.heardUntil.new) / 1000) * 1000;
    emitLegacyNotFound(main.parcel.barcode, at - 2 * HOUR_MS, plan, prng, sink);
    emitStatusNotFound(main.parcel.barcode, at - 2 * HOUR_MS, plan, prng, sink);
  }
}
