import type { RecordedLine } from "../../src/sandbox/carrier/recorded-line.ts";
import { CUSTOMER, timeOf } from "./observations.ts";
import { parcelOf } from "./store-rows.ts";

/** An event or a status: what was said, and when (UTC). */
export type Said = readonly [code: string, at: string];

export interface RecordedWish {
  readonly barcode?: string;
  readonly receivedAt: string;
  readonly reference?: string;
  /** v2: the newest status, where it is not that of the newest event. */
  readonly status?: Said;
}

/** What Shippingstatus v2 said of one parcel, the newest event first; a later line takes the place of an earlier one. */
export function aLegacyLine(events: readonly Said[], wish: RecordedWish): RecordedLine {
  const { barcode = parcelOf(1), receivedAt, reference } = wish;
  const [, newestAt = receivedAt] = wish.status ?? events[0] ?? [];
  const Shipment = {
    MainBarcode: barcode,
    Barcode: barcode,
    Reference: reference ?? {},
    Customer: { CustomerCode: "DEVC", CustomerNumber: CUSTOMER },
    Event: events.map(([Code, at]) => ({ Code, TimeStamp: toDutch(at), LocationCode: {} })),
    Status: { TimeStamp: toDutch(newestAt), StatusCode: wish.status?.[0] ?? "5", PhaseCode: "2" },
  };
  return { receivedAt, httpStatus: 200, request: { barcode }, body: { CompleteStatus: { Shipment } } };
}

/** What Shippingstatus v4 said of one parcel. */
export function aStatusLine(statuses: readonly Said[], wish: RecordedWish): RecordedLine {
  const { barcode = parcelOf(1), receivedAt, reference } = wish;
  const item = {
    barcode,
    shipmentReference: reference ?? null,
    customerNumber: CUSTOMER,
    customerCode: "DEVC",
    statuses: statuses.map(([code, at]) => ({ code, timestamp: at })),
  };
  const body = { items: [item], warnings: [], nextCursor: null };
  return { receivedAt, httpStatus: 200, request: { barcode }, body };
}

/** `07-03-2026 11:00:00`: the Dutch wall clock at a moment. */
function toDutch(at: string): string {
  const local = Temporal.Instant.fromEpochMilliseconds(timeOf(at))
    .toZonedDateTimeISO("Europe/Amsterdam")
    .toPlainDateTime();
  const [date = "", time = ""] = local.toString({ smallestUnit: "second" }).split("T");
  return `${date.split("-").reverse().join("-")} ${time}`;
}
