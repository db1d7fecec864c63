import { compareText } from "../../domain/observation.ts";
import { type RecordedLine, receivedAtOf } from "./recorded-line.ts";

/** The recorded replies of one API, found by barcode and time. Times are UTC epoch milliseconds. */
export interface ReplyBook {
  /**
   * The reply to a request made at `now`: the latest one recorded by then. A
   * recorded overload or outage (429, 5xx) since the last request comes first, once.
   */
  readonly take: (barcode: string, now: number) => RecordedLine | undefined;
  /** The latest reply with status 200 recorded by `now`. */
  readonly findGood: (barcode: string, now: number) => RecordedLine | undefined;
  /** The barcodes that have a reply with status 200 recorded within `from` and `until`, both included, in order. */
  readonly listChanged: (from: number, until: number) => readonly string[];
  /** Every barcode that was ever asked for, in order. */
  readonly barcodes: readonly string[];
}

interface DatedLine {
  readonly at: number;
  readonly status: number;
  readonly line: RecordedLine;
}

/** Makes the book of the lines that were requested by barcode; others are left out. */
export function makeReplyBook(lines: readonly RecordedLine[]): ReplyBook {
  const byBarcode = new Map<string, DatedLine[]>();
  for (const line of lines) {
    const barcode = line.request?.barcode;
    if (barcode === undefined) continue;
    const dated = { at: receivedAtOf(line), status: line.httpStatus ?? 200, line };
    const known = byBarcode.get(toKey(barcode));
    if (known === undefined) byBarcode.set(toKey(barcode), [dated]);
    else known.push(dated);
  }
  for (const dated of byBarcode.values()) dated.sort((a, b) => a.at - b.at);
  const barcodes = [...byBarcode.keys()].sort(compareText);
  const failuresGivenUntil = new Map<string, number>();

  const find = (barcode: string, now: number, fits: (dated: DatedLine) => boolean) =>
    byBarcode.get(toKey(barcode))?.findLast((dated) => dated.at <= now && fits(dated));
  const findGood = (barcode: string, now: number) => find(barcode, now, ({ status }) => status === 200)?.line;

  return {
    take: (barcode, now) => {
      const givenUntil = failuresGivenUntil.get(toKey(barcode)) ?? Number.NEGATIVE_INFINITY;
      const failure = find(barcode, now, ({ at, status }) => isPassing(status) && at > givenUntil);
      if (failure === undefined) return find(barcode, now, ({ status }) => !isPassing(status))?.line;
      failuresGivenUntil.set(toKey(barcode), failure.at);
      return failure.line;
    },
    findGood,
    listChanged: (from, until) =>
      barcodes.filter((barcode) => {
        const last = find(barcode, until, ({ status }) => status === 200);
        return last !== undefined && last.at >= from;
      }),
    barcodes,
  };
}

/** Whether a status speaks of the moment and not of the parcel. */
function isPassing(status: number): boolean {
  return status === 429 || status >= 500;
}

function toKey(barcode: string): string {
  return barcode.trim().toUpperCase();
}
