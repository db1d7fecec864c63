import type { Barcode } from "../../domain/barcode.ts";
import { parseBarcode } from "../../domain/barcode.ts";
import { InputError } from "../../domain/errors.ts";
import type { ZoneReader } from "../../domain/instant.ts";
import { getOwn, toKind } from "../compile-path.ts";
import { parseJson } from "../parse-json.ts";
import { parseTimestamp } from "../parse-timestamp.ts";
import { textOf } from "./wire-values.ts";

/** A parcel as `updatedshipments` lists it: that something happened, never what. */
export interface ListedParcel {
  readonly barcode: Barcode;
  /** When its newest status began (UTC epoch milliseconds); `null` where that cannot be read. */
  readonly at: number | null;
  /** The later instant of a time that exists twice. */
  readonly laterAt: number | null;
  /** The newest status as listed: time and code. */
  readonly status: string;
}

export interface Listing {
  readonly parcels: readonly ListedParcel[];
  /** Entries without a barcode that can be read. */
  readonly unreadable: number;
}

/**
 * Reads the bare list of `updatedshipments`. The field is `Timestamp` here and
 * `TimeStamp` elsewhere; both are understood.
 *
 * @param readZone the wall clock of the times, which have no offset
 * @throws InputError when it is no list: an error or a cut reply must not pass for an empty one
 */
export function parseListing(bytes: Uint8Array, readZone: ZoneReader): Listing {
  const place = "updatedshipments";
  const body = parseJson(bytes, place);
  if (!Array.isArray(body)) {
    throw new InputError("SHAPE_INVALID", {
      place,
      value: toKind(body),
      expected: "a list of shipments",
      todo: "nothing; the next pull asks again",
    });
  }
  const parcels = body.flatMap((entry) => toListed(entry, readZone) ?? []);
  return { parcels, unreadable: body.length - parcels.length };
}

function toListed(entry: unknown, readZone: ZoneReader): ListedParcel | undefined {
  const barcode = attempt(() => parseBarcode(textOf(entry, "Barcode") ?? "", "updatedshipments"));
  if (barcode === undefined) return undefined;
  const status = getOwn(entry, "Status");
  const text = textOf(status, "Timestamp") ?? textOf(status, "TimeStamp") ?? "";
  const time = attempt(() => parseTimestamp(text, readZone, "updatedshipments"));
  return {
    barcode,
    at: time?.at ?? null,
    laterAt: time?.laterAt ?? null,
    status: `${text} ${textOf(status, "StatusCode") ?? ""}`,
  };
}

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (problem) {
    if (problem instanceof InputError) return undefined;
    throw problem;
  }
}
