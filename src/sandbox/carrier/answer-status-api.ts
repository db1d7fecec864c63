import {
  type ApiQuestion,
  type ApiReply,
  toJsonReply,
  toProblemReply,
  toRecordedReply,
} from "./api-exchange.ts";
import type { RecordedLine } from "./recorded-line.ts";
import { makeReplyBook, type ReplyBook } from "./reply-book.ts";

/** Answers requests to Shippingstatus v4. */
export type AnswerStatusApi = (question: ApiQuestion) => ApiReply;

/** What is looked up in an entry of `items`, where it is said; the rest passes as recorded. */
interface Item {
  readonly shipmentReference?: string | null;
  readonly customerNumber?: string | null;
  readonly customerCode?: string | null;
}

/** A place in a listing. The window stays that of the first page, so that no page shifts under the next. */
interface Cursor {
  readonly customerNumber: string;
  /** UTC epoch milliseconds, both included. */
  readonly from: number;
  readonly until: number;
  /** Barcodes up to this one have been given. */
  readonly after: string;
}

/**
 * Makes the v4 API from its recorded replies: by barcode, by reference, and
 * what changed in a window, `pageSize` parcels at a time.
 *
 * @param book takes the place of the one that the lines make
 */
export function makeStatusApi(
  lines: readonly RecordedLine[],
  pageSize: number,
  book: ReplyBook = makeReplyBook(lines),
): AnswerStatusApi {
  const listItems = (barcode: string, at: number): readonly Item[] => {
    const line = book.findGood(barcode, at);
    return line === undefined ? [] : (line.body as { readonly items: readonly Item[] }).items;
  };

  const answerBarcode = ({ path, now }: ApiQuestion): ApiReply => {
    const line = book.take(path[4] ?? "", now);
    return line === undefined ? toProblemReply(404, "Not Found", "No such barcode.") : toRecordedReply(line);
  };

  const answerReference = ({ path, query, now }: ApiQuestion): ApiReply => {
    const customerNumber = query.get("customerNumber");
    const customerCode = query.get("customerCode");
    if (customerNumber === null || customerCode === null) {
      return toProblemReply(400, "Bad Request", "customerNumber and customerCode are required.");
    }
    const items = book.barcodes
      .flatMap((barcode) => listItems(barcode, now))
      .filter((item) => item.shipmentReference === path[4])
      .filter((item) => isOf(item.customerNumber, customerNumber) && isOf(item.customerCode, customerCode));
    return items.length === 0
      ? toProblemReply(404, "Not Found", "No such reference.")
      : toJsonReply(200, { items, warnings: [], nextCursor: null });
  };

  const answerUpdated = ({ query, now }: ApiQuestion): ApiReply => {
    const place = parsePlace(query, now);
    if (typeof place === "string") return toProblemReply(400, "Bad Request", place);
    const { customerNumber, from, until, after } = place;
    const left = book
      .listChanged(from, until)
      .filter((barcode) => barcode > after)
      .map((barcode) => ({
        barcode,
        items: listItems(barcode, until).filter((item) => isOf(item.customerNumber, customerNumber)),
      }))
      .filter(({ items }) => items.length > 0);
    const page = left.slice(0, pageSize);
    const last = page.at(-1);
    const nextCursor =
      last === undefined || left.length === page.length
        ? null
        : toCursorText({ ...place, after: last.barcode });
    return toJsonReply(200, { items: page.flatMap(({ items }) => items), warnings: [], nextCursor });
  };

  return (question) => {
    const { path } = question;
    const [, version, resource, kind] = path;
    if (version === "v4" && resource === "status") {
      if (kind === "barcode" && path.length === 5) return answerBarcode(question);
      if (kind === "reference" && path.length === 5) return answerReference(question);
      if (kind === "updated" && path.length === 4) return answerUpdated(question);
    }
    return toProblemReply(404, "Not Found", "No such resource.");
  };
}

/** The carrier knows whose parcel it is, even where its reply leaves it out. */
function isOf(said: string | null | undefined, asked: string): boolean {
  return (said ?? asked) === asked;
}

/** The cursor, or the window that starts a listing. A text says what is wrong. */
function parsePlace(query: URLSearchParams, now: number): Cursor | string {
  const cursor = query.get("cursor");
  if (cursor !== null) return parseCursor(cursor) ?? "The cursor is not one of ours.";
  const customerNumber = query.get("customerNumber");
  const from = query.get("from");
  if (customerNumber === null || from === null) return "customerNumber and from are required.";
  try {
    const fromMs = Temporal.Instant.from(from).epochMilliseconds;
    const untilMs = Temporal.Instant.from(query.get("until") ?? "9999-12-31T00:00:00Z").epochMilliseconds;
    if (fromMs > untilMs) return "from must not be later than until.";
    return { customerNumber, from: fromMs, until: Math.min(untilMs, now), after: "" };
  } catch {
    return "from and until must be ISO 8601 times with an offset.";
  }
}

function toCursorText({ customerNumber, from, until, after }: Cursor): string {
  return Buffer.from(JSON.stringify([customerNumber, from, until, after])).toString("base64url");
}

function parseCursor(text: string): Cursor | undefined {
  try {
    const [customerNumber, from, until, after] = JSON.parse(Buffer.from(text, "base64url").toString());
    const isOurs =
      typeof customerNumber === "string" &&
      Number.isSafeInteger(from) &&
      Number.isSafeInteger(until) &&
      typeof after === "string";
    return isOurs ? { customerNumber, from, until, after } : undefined;
  } catch {
    return undefined;
  }
}
