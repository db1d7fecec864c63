import {
  type ApiQuestion,
  type ApiReply,
  toJsonReply,
  toLegacyErrorReply,
  toLegacyFaultReply,
  toRecordedReply,
} from "./api-exchange.ts";
import { type RecordedLine, receivedAtOf } from "./recorded-line.ts";
import { makeReplyBook, type ReplyBook } from "./reply-book.ts";

/** Answers requests to Shippingstatus v2. */
export type AnswerLegacyApi = (question: ApiQuestion) => ApiReply;

/** What a list is in v2: one element stands alone. */
type OneOrMany<T> = T | readonly T[];

/** What one entry of `updatedshipments` needs of a full reply. Absent texts are `{}`. */
interface Shipment {
  readonly Barcode: string;
  readonly Reference?: unknown;
  readonly Customer?: { readonly CustomerNumber?: unknown; readonly CustomerCode?: unknown };
  readonly Event?: OneOrMany<{ readonly TimeStamp: string }>;
  readonly Status?: Readonly<Record<string, unknown>> & { readonly TimeStamp?: unknown };
}

interface UpdatedEntry {
  readonly Barcode: string;
}

const ZONE = "Europe/Amsterdam";
const WIDEST_PERIOD_MS = 2 * 60 * 60 * 1000;
const FARTHEST_BACK_MS = 48 * 60 * 60 * 1000;

/**
 * Makes the v2 API from its recorded replies: by barcode (of any piece of a
 * consignment), by reference, and the customer's updated shipments in a period
 * of at most 2 hours and 48 hours back. The period's zone is not documented;
 * it is read as Dutch wall clock.
 *
 * @param book takes the place of the one that the lines make
 */
export function makeLegacyApi(
  lines: readonly RecordedLine[],
  book: ReplyBook = makeReplyBook(lines),
): AnswerLegacyApi {
  const recordedUpdates = lines
    .filter((line) => line.request?.updatedshipments !== undefined && (line.httpStatus ?? 200) === 200)
    .map((line) => ({ line, at: receivedAtOf(line) }))
    .sort((a, b) => a.at - b.at);

  /** By a piece's barcode: the one by which its consignment was asked for. */
  const askedFor = new Map(
    lines.flatMap((line) =>
      listShipments(line).map(({ Barcode }) => [Barcode, line.request?.barcode ?? Barcode] as const),
    ),
  );

  const answerBarcode = ({ path, query, now }: ApiQuestion): ApiReply => {
    const barcode = path[4] ?? "";
    const line = book.take(barcode, now) ?? book.take(askedFor.get(barcode.toUpperCase()) ?? barcode, now);
    const inFull = query.get("detail") !== "false";
    if (line === undefined) return toNotFound(inFull);
    return inFull || listShipments(line).length === 0
      ? toRecordedReply(line)
      : toFound(listShipments(line), false);
  };

  const answerReference = ({ path, query, now }: ApiQuestion): ApiReply => {
    const asked = { CustomerNumber: query.get("customerNumber"), CustomerCode: query.get("customerCode") };
    if (asked.CustomerNumber === null || asked.CustomerCode === null) {
      return toLegacyFaultReply(400, "customerCode and customerNumber are required");
    }
    const shipments = book.barcodes
      .flatMap((barcode) => book.findGood(barcode, now) ?? [])
      .flatMap(listShipments)
      .filter(({ Reference }) => Reference === path[4])
      .filter(({ Customer }) => isOf(Customer?.CustomerNumber, asked.CustomerNumber))
      .filter(({ Customer }) => isOf(Customer?.CustomerCode, asked.CustomerCode));
    const inFull = query.get("detail") !== "false";
    return shipments.length === 0 ? toNotFound(inFull) : toFound(shipments, inFull);
  };

  const answerUpdates = ({ path, query, now }: ApiQuestion): ApiReply => {
    const customerNumber = path[3] ?? "";
    const period = parsePeriod(query.getAll("period"), now);
    if (typeof period === "string") return toLegacyFaultReply(400, period);
    const from = Math.max(period.from, now - FARTHEST_BACK_MS);
    const until = Math.min(period.until, now);
    const entries = new Map<string, UpdatedEntry>();
    for (const { line, at } of recordedUpdates) {
      if (at < from || at > until || line.request?.updatedshipments !== customerNumber) continue;
      for (const entry of line.body as readonly UpdatedEntry[]) entries.set(entry.Barcode, entry);
    }
    for (const barcode of book.listChanged(from, until)) {
      const line = book.findGood(barcode, until);
      for (const shipment of line === undefined ? [] : listShipments(line)) {
        const entry = toUpdatedEntry(shipment, customerNumber);
        if (entry.CustomerNumber === customerNumber) entries.set(entry.Barcode, entry);
      }
    }
    return toJsonReply(200, [...entries.values()]);
  };

  return (question) => {
    const { path } = question;
    const [, version, resource, first, second] = path;
    if (version === "v2" && resource === "status" && path.length === 5) {
      if (first === "barcode") return answerBarcode(question);
      if (first === "reference") return answerReference(question);
      if (second === "updatedshipments") return answerUpdates(question);
    }
    return toLegacyErrorReply(404, "Not found");
  };
}

function toNotFound(inFull: boolean): ApiReply {
  const warnings = [{ Message: "No shipment found", Code: "2" }];
  return toJsonReply(200, { [inFull ? "CompleteStatus" : "CurrentStatus"]: {}, Warnings: warnings });
}

function toFound(shipments: readonly Shipment[], inFull: boolean): ApiReply {
  const shown = inFull ? shipments : shipments.map(toCurrent);
  const Shipment = shown.length === 1 ? shown[0] : shown;
  return toJsonReply(200, { [inFull ? "CompleteStatus" : "CurrentStatus"]: { Shipment } });
}

/** The carrier knows whose parcel it is, even where its reply leaves it out. */
function isOf(said: unknown, asked: string | null): boolean {
  return (typeof said === "string" ? said : asked) === asked;
}

function listShipments(line: RecordedLine): readonly Shipment[] {
  const { CompleteStatus } = line.body as {
    readonly CompleteStatus?: { readonly Shipment?: OneOrMany<Shipment> };
  };
  return toList(CompleteStatus?.Shipment);
}

function toList<T extends object>(elements: OneOrMany<T> | undefined): readonly T[] {
  if (elements === undefined) return [];
  return Array.isArray(elements) ? elements : [elements as T];
}

/** `detail=false`: everything but what only the full reply has (facts on Shippingstatus v2, 1.6). */
function toCurrent(shipment: Shipment): Readonly<Record<string, unknown>> {
  const onlyInFull = new Set(["Event", "OldStatus", "Expectation", "Amount"]);
  return Object.fromEntries(Object.entries(shipment).filter(([field]) => !onlyInFull.has(field)));
}

function toUpdatedEntry(shipment: Shipment, asked: string) {
  const { Customer, Event, Status } = shipment;
  const { TimeStamp, ...status } = Status ?? {};
  const firstEvent = toList(Event).at(-1)?.TimeStamp;
  return {
    Barcode: shipment.Barcode,
    CreationDate: firstEvent === undefined ? {} : `${toIsoLocal(firstEvent).slice(0, 10)}T00:00:00`,
    // The carrier knows whose parcel it is, even where its reply leaves it out.
    CustomerNumber: typeof Customer?.CustomerNumber === "string" ? Customer.CustomerNumber : asked,
    CustomerCode: Customer?.CustomerCode ?? {},
    Status: { Timestamp: typeof TimeStamp === "string" ? toIsoLocal(TimeStamp) : {}, ...status },
  };
}

/** `07-03-2018 23:22:56.326` → `2018-03-07T23:22:56` */
function toIsoLocal(dutch: string): string {
  return dutch.replace(/^(\d\d)-(\d\d)-(\d{4}) (\d\d:\d\d:\d\d).*$/, "$3-$2-$1T$4");
}

/**
 * Two local times, or none: then the last 2 hours. Where the clocks go back it
 * is the widest period that the times can mean. A text says what is wrong.
 */
function parsePeriod(texts: readonly string[], now: number): { from: number; until: number } | string {
  if (texts.length === 0) return { from: now - WIDEST_PERIOD_MS, until: now };
  const [first, second] = texts;
  if (first === undefined || second === undefined || texts.length > 2) {
    return "period must be given twice or not at all";
  }
  try {
    const from = Temporal.PlainDateTime.from(first);
    const until = Temporal.PlainDateTime.from(second);
    if (from.until(until).total("milliseconds") > WIDEST_PERIOD_MS) return "period must not exceed 2 hours";
    const period = {
      from: from.toZonedDateTime(ZONE, { disambiguation: "earlier" }).epochMilliseconds,
      until: until.toZonedDateTime(ZONE, { disambiguation: "later" }).epochMilliseconds,
    };
    return period.from > period.until ? "period must begin before it ends" : period;
  } catch {
    return "period must be written as 2026-03-07T23:22:56";
  }
}
