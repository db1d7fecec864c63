import { MINUTE_MS } from "../durations.ts";
import type { Prng } from "../prng.ts";
import type { Story } from "../story.ts";
import type { RowCounts } from "../truth.ts";
import type { WorldPlan } from "../world-plan.ts";
import type { WorldSink } from "../world-sink.ts";
import { toStatus } from "./webhook.ts";

/** A reply tells what happened this long before. */
const DELAY_MS = MINUTE_MS;

interface Listed {
  readonly code: string;
  readonly at: number;
  readonly location: string;
}

/** Says what the status API answers about one parcel; each reply repeats the older statuses. */
export function emitStatusReplies(
  story: Story,
  plan: WorldPlan,
  prng: Prng,
  sink: WorldSink,
  counts: RowCounts,
): void {
  const { parcel, plain } = story;
  const { noise, utc } = plan;
  const rows = counts["status-api"];
  const told = new Set<string>();
  const send = (at: number, httpStatus: number, body: unknown) =>
    sink.addLine("status-api", at, toLine(utc.toIso(at), httpStatus, parcel.barcode, body));

  const polls = [...new Set(story.statusPolls)].sort((a, b) => a - b);
  for (const [index, at] of polls.entries()) {
    if (noise.api_errors && prng.chance(0.05)) {
      send(at - MINUTE_MS, 429, { type: "about:blank", title: "Too many requests", status: 429 });
    }
    const listed = listStatuses(story, at);
    const last = listed.at(-1);
    const hasExtra = noise.extra_fields && prng.chance(0.08);
    if (!last) {
      send(at, 200, { items: [], warnings: [], nextCursor: null });
      continue;
    }
    if (noise.shuffle && prng.chance(0.25)) listed.reverse();
    const statuses: unknown[] = listed.map((status) => {
      const identity = `${status.code} ${status.at}`;
      rows.seen += 1;
      if (told.has(identity)) rows.duplicates += 1;
      else {
        told.add(identity);
        rows.accepted += 1;
      }
      const isBare = noise.sparse_details && !plain && prng.chance(0.03);
      return {
        ...toStatus(status.code, status.at, plan, prng),
        details: isBare ? null : { locationCode: status.location },
      };
    });
    if (noise.malformed && index === polls.length - 1 && prng.chance(0.01)) {
      statuses.push({ code: last.code, description: "Without a time", details: null });
      rows.seen += 1;
      rows.quarantined += 1;
    }
    const hasGap = (share: number) => noise.sparse_details && !plain && prng.chance(share);
    const item: Record<string, unknown> = { barcode: parcel.barcode };
    if (!hasGap(0.04)) item.mainBarcode = parcel.pieces === 1 && hasGap(0.5) ? null : parcel.mainBarcode;
    if (!hasGap(0.04)) item.shipmentReference = parcel.reference;
    item.customerNumber = parcel.customer.number;
    if (!hasGap(0.01)) item.customerCode = parcel.customer.code;
    item.currentStatus = toStatus(last.code, last.at, plan, prng);
    item.statuses = statuses;
    if (hasExtra) item.deliveryDate = utc.toIso(last.at).slice(0, 10);
    const extra = hasExtra ? { traceId: prng.hex(12) } : {};
    send(at, 200, { items: [item], warnings: [], nextCursor: null, ...extra });
  }
}

/** Says that the status API does not know a barcode: an error, or an empty list with a warning. */
export function emitStatusNotFound(
  barcode: string,
  at: number,
  plan: WorldPlan,
  prng: Prng,
  sink: WorldSink,
): void {
  const receivedAt = plan.utc.toIso(at);
  const line = prng.chance(0.5)
    ? toLine(receivedAt, 404, barcode, { type: "about:blank", title: "Not found", status: 404 })
    : toLine(receivedAt, 200, barcode, {
        items: [],
        warnings: [{ code: "NOT_FOUND", description: "No shipment found" }],
        nextCursor: null,
      });
  sink.addLine("status-api", at, line);
}

function toLine(receivedAt: string, httpStatus: number, barcode: string, body: unknown): string {
  return JSON.stringify({ receivedAt, httpStatus, request: { barcode }, body });
}

/** Oldest first; times in whole seconds, also where the webhook has milliseconds. */
function listStatuses({ newSide }: Story, askedAt: number): Listed[] {
  const listed: Listed[] = [];
  for (const { code, location, at, repeats, listedUntil } of newSide) {
    if (askedAt > listedUntil) continue;
    for (const said of [at, ...repeats]) {
      if (said <= askedAt - DELAY_MS) listed.push({ code, location, at: Math.floor(said / 1000) * 1000 });
    }
  }
  return listed.sort((a, b) => a.at - b.at);
}
