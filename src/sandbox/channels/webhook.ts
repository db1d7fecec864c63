import { MINUTE_MS } from "../durations.ts";
import type { Prng } from "../prng.ts";
import type { NewEpisode, Story } from "../story.ts";
import type { RowCounts } from "../truth.ts";
import type { WorldPlan } from "../world-plan.ts";
import type { WorldSink } from "../world-sink.ts";

/** Says a parcel's new episodes as webhook deliveries, one change each. */
export function emitDeliveries(
  story: Story,
  plan: WorldPlan,
  prng: Prng,
  sink: WorldSink,
  counts: RowCounts,
): void {
  for (const episode of story.newSide) {
    if (!episode.pushed) continue;
    emitEvent(story, episode, episode.at, plan, prng, sink, counts);
    if (episode.pushedTwice) emitEvent(story, episode, episode.at, plan, prng, sink, counts);
    for (const at of episode.repeats) emitEvent(story, episode, at, plan, prng, sink, counts);
  }
}

/** One event: its delivery, and what noise makes of it (again, contradicted, or cut). */
function emitEvent(
  story: Story,
  episode: NewEpisode,
  at: number,
  plan: WorldPlan,
  prng: Prng,
  sink: WorldSink,
  counts: RowCounts,
): void {
  const { noise, heardUntil, utc } = plan;
  const rows = counts.webhook;
  const deliver = (receivedAt: number, body: string) => {
    rows.seen += 1;
    const line = `{"receivedAt":"${utc.toIsoMs(receivedAt)}","deliveryId":"${prng.hex(16)}","body":${body}}`;
    sink.addLine("webhook", receivedAt, line);
  };
  /** Minutes later, if the new side is still heard then. */
  const later = (receivedAt: number) => {
    const again = receivedAt + prng.between(5 * MINUTE_MS, 60 * MINUTE_MS);
    return again <= heardUntil.new ? again : undefined;
  };

  const receivedAt = receivedAtOf(at, plan, prng);
  const body = toBody(story, episode, at, receivedAt, plan, prng);
  deliver(receivedAt, JSON.stringify(body));
  rows.accepted += 1;

  const again = noise.redelivery && prng.chance(0.035) ? later(receivedAt) : undefined;
  if (again !== undefined) {
    deliver(again, JSON.stringify(body));
    rows.duplicates += 1;
  }
  const conflict = noise.event_id_conflict && prng.chance(0.003) ? later(receivedAt) : undefined;
  if (conflict !== undefined) {
    const status = { ...toStatus("lost", at, plan, prng), description: "Sent under a used event id" };
    deliver(conflict, JSON.stringify({ ...body, item: { ...body.item, status } }));
    rows.quarantined += 1;
  }
  const cut = noise.malformed && prng.chance(0.003) ? later(receivedAt) : undefined;
  if (cut !== undefined) {
    deliver(cut, JSON.stringify(cutBody({ ...body, eventId: makeEventId(prng) }, prng)));
    rows.quarantined += 1;
  }
}

function receivedAtOf(at: number, { noise, heardUntil }: WorldPlan, prng: Prng): number {
  const soon = at + prng.between(300, 25_000);
  const late = at + prng.between(MINUTE_MS, 90 * MINUTE_MS);
  return noise.out_of_order && prng.chance(0.1) && late <= heardUntil.new ? late : soon;
}

interface Body {
  readonly eventId: string;
  readonly item: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

function toBody(
  { parcel, plain }: Story,
  { code, location, wrong }: NewEpisode,
  at: number,
  receivedAt: number,
  plan: WorldPlan,
  prng: Prng,
): Body {
  const { noise, dutch } = plan;
  const gap = noise.sparse_details && !plain && prng.chance(0.06) ? prng.between(0, 5) : -1;
  const hasExtra = noise.extra_fields && prng.chance(0.03);
  const item: Record<string, unknown> = { barcode: parcel.barcode };
  if (gap !== 0) item.mainBarcode = gap === 1 ? null : (wrong?.mainBarcode ?? parcel.mainBarcode);
  if (gap !== 2) item.shipmentReference = gap === 3 ? null : (wrong?.reference ?? parcel.reference);
  if (gap !== 4) item.details = gap === 5 ? null : { locationCode: wrong?.location ?? location };
  if (hasExtra) item.timeFrame = { from: "13:00:00", until: "15:00:00" };
  item.status = toStatus(code, at, plan, prng);
  const sentAt = Math.floor((receivedAt - prng.between(1000, 1999)) / 1000) * 1000;
  return {
    eventId: makeEventId(prng),
    eventTime: dutch.toIso(sentAt),
    customerNumber: wrong?.customerNumber ?? parcel.customer.number,
    customerCode: wrong?.customerCode ?? parcel.customer.code,
    item,
    ...(hasExtra && { traceId: prng.hex(12) }),
  };
}

/** A status as both channels of the new side write it; in a share of the cases with another offset. */
export function toStatus(
  code: string,
  at: number,
  { noise, dutch, foreign, statuses }: WorldPlan,
  prng: Prng,
): { code: string; description: string; timestamp: string } {
  const clock = noise.zones && prng.chance(0.07) ? prng.pick(foreign) : dutch;
  return {
    code,
    description: statuses.get(code)?.nameEn ?? code.replaceAll("_", " "),
    timestamp: clock.toIso(at),
  };
}

/** Without one of the three things that no delivery can do without, or with a barcode that is none. */
function cutBody({ item, ...body }: Body, prng: Prng): unknown {
  const { barcode, status, ...rest } = item;
  const { code, timestamp } = status as { code: string; timestamp: string };
  switch (prng.between(0, 4)) {
    case 0:
      return { ...body, item: { ...rest, status } };
    case 1:
      return { ...body, item: { barcode, ...rest } };
    case 2:
      return { ...body, item: { barcode, ...rest, status: { code } } };
    case 3:
      return { ...body, item: { barcode, ...rest, status: { timestamp } } };
    default:
      return { ...body, item: { barcode: "3S?", ...rest, status } };
  }
}

function makeEventId(prng: Prng): string {
  const [a, b, c, d, e] = [prng.hex(8), prng.hex(4), prng.hex(4), prng.hex(4), prng.hex(12)];
  return `${a}-${b}-${c}-${d}-${e}`;
}
