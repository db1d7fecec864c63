import type { FileIntake, IncomingIntake, PayloadIntake } from "../../src/intake/incoming.ts";
import type { IntakeTally } from "../../src/intake/intake-tally.ts";
import { addTallies, NO_INTAKES } from "../../src/intake/intake-tally.ts";
import { saveFiles, savePayloads } from "../../src/intake/save-intakes.ts";
import { readContract } from "../../src/sources/contract.ts";
import type { PayloadChannel } from "../../src/sources/exported-line.ts";
import { makePayloadParser } from "../../src/sources/import-payloads.ts";
import type { DelimitedLayout } from "../../src/sources/legacy-scan/layout.ts";
import { inspectLines, parseLines } from "../../src/sources/legacy-scan/parse-lines.ts";
import { readLayout } from "../../src/sources/legacy-scan/read-layout.ts";
import { readLines } from "../../src/sources/legacy-scan/read-lines.ts";
import type { Store } from "../../src/store/store.ts";
import { CUSTOMER, HOUR, MINUTE, timeOf } from "./observations.ts";
import { CSV_HEADER } from "./scan-files.ts";
import { hashOf, parcelOf } from "./store-rows.ts";

const contract = await readContract("reference");
const layout = (await readLayout("postnl-scan-csv")) as DelimitedLayout;

/** The moment at which the tests' parcels begin: 7 March 2026, 10:00 UTC. */
export const BASE: number = timeOf("10:00:00");

interface Wish {
  readonly barcode?: string;
  /** UTC epoch milliseconds; of legacy data written as Dutch wall clock. */
  readonly at?: number;
  readonly receivedAt?: number;
  readonly customerNumber?: string | null;
  readonly reference?: string | null;
  readonly location?: string | null;
}

export interface ScanWish extends Omit<Wish, "receivedAt"> {
  readonly code?: string;
  readonly productCode?: string;
}

/** A row of postnl-scan-csv; unless told otherwise the first parcel was sorted (`J01`). */
export function aScanRow(wish: ScanWish = {}): string {
  const { barcode = parcelOf(1), code = "J01", at = BASE, productCode = "003085" } = wish;
  const cells = [
    barcode,
    code,
    toScanTime(at),
    wish.location ?? "",
    customerOf(wish),
    "DEVC",
    wish.reference ?? "",
  ];
  return [...cells, productCode, "", "1", "1"].join(";");
}

/** `07-03-2026 11:00:00`: the Dutch wall clock at a moment. */
function toScanTime(at: number): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO("Europe/Amsterdam")
    .toPlainDateTime();
  const [date = "", time = ""] = local.toString({ smallestUnit: "second" }).split("T");
  return `${date.split("-").reverse().join("-")} ${time}`;
}

function customerOf({ customerNumber }: { readonly customerNumber?: string | null }): string {
  return customerNumber === undefined ? CUSTOMER : (customerNumber ?? "");
}

/** A scan file as it is read from disk, held in memory. */
export async function aScanFile(
  rows: readonly string[],
  {
    name,
    receivedAt = BASE + HOUR,
    trailer = "",
  }: { name?: string; receivedAt?: number; trailer?: string } = {},
): Promise<FileIntake> {
  const bytes = Buffer.from([CSV_HEADER, ...rows, ...(trailer === "" ? [] : [trailer]), ""].join("\r\n"));
  async function* chunks(): AsyncGenerator<Buffer> {
    yield bytes;
  }
  const facts = await inspectLines(readLines(chunks()), layout);
  const hash = hashOf(bytes);
  const context = { name: name ?? `scans-${receivedAt}.csv`, hash, receivedAt };
  return {
    kind: "file",
    notes: [],
    hash,
    arrival: { channel: "legacy-scan", name: context.name, receivedAt, httpStatus: null },
    content: chunks,
    rows: () => parseLines(readLines(chunks()), layout, facts, context),
  };
}

function aPayload(
  channel: PayloadChannel,
  body: unknown,
  arrival: { readonly name: string; readonly receivedAt: number; readonly httpStatus: number | null },
): PayloadIntake {
  const parse = makePayloadParser(channel, { contract, legacyZone: "Europe/Amsterdam" });
  const content = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return parse(content, { channel, ...arrival }, arrival.name);
}

export interface DeliveryWish extends Wish {
  readonly eventId?: string | null;
  /** `null`: the delivery lacks its barcode, so that it cannot be read. */
  readonly status?: string;
  readonly isBroken?: boolean;
  readonly deliveryId?: string;
}

/** A webhook delivery; unless told otherwise the first parcel was sorted, under an event id of its own. */
export function aDelivery(wish: DeliveryWish = {}): PayloadIntake {
  const { barcode = parcelOf(1), status = "sorted", at = BASE, receivedAt = at + MINUTE } = wish;
  const {
    eventId = `${barcode} ${status} ${at}`,
    isBroken = false,
    deliveryId = `delivery-${receivedAt}`,
  } = wish;
  const body = {
    ...(eventId === null ? {} : { eventId }),
    customerNumber: wish.customerNumber === undefined ? CUSTOMER : wish.customerNumber,
    item: {
      ...(isBroken ? {} : { barcode }),
      shipmentReference: wish.reference ?? null,
      status: { code: status, timestamp: toInstantText(at) },
      details: { locationCode: wish.location ?? null },
    },
  };
  return aPayload("webhook", body, { name: deliveryId, receivedAt, httpStatus: null });
}

export interface ReplyWish extends Wish {
  readonly httpStatus?: number;
  /** Takes the place of the reply's body. */
  readonly body?: unknown;
}

/** A reply of Shippingstatus v4 that lists these statuses of one parcel. */
export function aStatusReply(
  statuses: readonly { readonly status: string; readonly at?: number; readonly location?: string | null }[],
  wish: ReplyWish = {},
): PayloadIntake {
  const { barcode = parcelOf(1), receivedAt = BASE + HOUR, httpStatus = 200 } = wish;
  const body = wish.body ?? {
    items: [
      {
        barcode,
        customerNumber: wish.customerNumber === undefined ? CUSTOMER : wish.customerNumber,
        shipmentReference: wish.reference ?? null,
        statuses: statuses.map(({ status, at = BASE, location = null }) => ({
          code: status,
          timestamp: toInstantText(at),
          details: { locationCode: location },
        })),
      },
    ],
  };
  return aPayload("status-api", body, { name: `barcode=${barcode}`, receivedAt, httpStatus });
}

/** A reply of Shippingstatus v2 with these events of one parcel. */
export function aLegacyReply(
  events: readonly { readonly code: string; readonly at?: number; readonly location?: string | null }[],
  wish: ReplyWish = {},
): PayloadIntake {
  const { barcode = parcelOf(1), receivedAt = BASE + HOUR, httpStatus = 200 } = wish;
  const body = wish.body ?? {
    CompleteStatus: {
      Shipment: {
        Barcode: barcode,
        Reference: wish.reference ?? {},
        Customer: { CustomerNumber: customerOf(wish) || {} },
        Event: events.map(({ code, at = BASE, location = null }) => ({
          Code: code,
          TimeStamp: toScanTime(at),
          LocationCode: location ?? {},
        })),
      },
    },
  };
  return aPayload("legacy-api", body, { name: `barcode=${barcode}`, receivedAt, httpStatus });
}

function toInstantText(at: number): string {
  return Temporal.Instant.fromEpochMilliseconds(at).toString();
}

/**
 * Saves intakes in the order given; payloads of one channel that follow each
 * other share a batch of at most `mostInBatch`.
 */
export async function saveAll(
  store: Store,
  intakes: readonly IncomingIntake[],
  mostInBatch = 500,
): Promise<IntakeTally> {
  let tally = NO_INTAKES;
  let batch: PayloadIntake[] = [];
  const flush = async (): Promise<void> => {
    const [first] = batch;
    if (first !== undefined)
      tally = addTallies(tally, await savePayloads(store, first.arrival.channel, batch));
    batch = [];
  };
  for (const intake of intakes) {
    if (intake.kind === "file") {
      await flush();
      tally = addTallies(tally, await saveFiles(store, [intake]));
      continue;
    }
    if (batch.length === mostInBatch || batch[0]?.arrival.channel !== intake.arrival.channel) await flush();
    batch.push(intake);
  }
  await flush();
  return tally;
}
