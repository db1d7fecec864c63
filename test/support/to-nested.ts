import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PACKAGE_ROOT } from "../../src/package-root.ts";
import type { JsonLine, World } from "../../src/sandbox/world.ts";

/**
 * The simulated carrier speaks the reference contract's shape; this says the
 * same in the shape of `config/contracts/example-nested.yml`. Nothing of the
 * program's own readers is used, so that it cannot share their mistakes.
 */

type Json = Readonly<Record<string, unknown>>;

/** The example's wire code of each status. */
const CODES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(
    (
      parse(readFileSync(join(PACKAGE_ROOT, "config/contracts/example-nested.yml"), "utf8"), {
        schema: "failsafe",
      }) as { codes: Record<string, string> }
    ).codes,
  ).map(([code, status]) => [status, code]),
);

/** The status that a wire code of the example stands for; the code itself where it stands for none. */
export const STATUS_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(CODES).map(([status, code]) => [code.toLowerCase(), status]),
);

/** A world as a carrier with the example's contract would have told it. */
export function toNestedWorld(world: World): World {
  return {
    ...world,
    webhook: world.webhook.map((line) => ({ ...line, body: toDelivery(line.body as Json) })),
    statusApi: world.statusApi.map(toReplyLine),
  };
}

function toDelivery({ eventId, eventTime, customerNumber, customerCode, item, ...extra }: Json): Json {
  const { barcode, mainBarcode, shipmentReference, details, status, ...more } = item as Json;
  const event = {
    ...(status === undefined ? {} : toStatus(status as Json, toDateAndTime)),
    ...(details === undefined ? {} : { site: toSite(details as Json | null) }),
  };
  return {
    meta: {
      uuid: eventId,
      emitted: toUtc(eventTime as string).replace(" ", "T"),
      account: toAccount(customerNumber, customerCode),
      ...extra,
    },
    data: {
      parcels: [
        {
          ...(barcode === undefined ? {} : { trackingNumber: barcode }),
          ...toConsignment(mainBarcode),
          ...toReferences(shipmentReference),
          events: [event],
          ...more,
        },
      ],
    },
  };
}

function toReplyLine(line: JsonLine): JsonLine {
  if (line.httpStatus !== 200) return { ...line, body: { fault: { code: String(line.httpStatus) } } };
  const { items, nextCursor, warnings, ...extra } = line.body as Json;
  const results = (items as readonly Json[]).map(toResult);
  return {
    ...line,
    body: { data: { results, notices: warnings }, paging: { next: nextCursor }, ...extra },
  };
}

function toResult({
  barcode,
  mainBarcode,
  shipmentReference,
  customerNumber,
  customerCode,
  currentStatus,
  statuses,
  ...extra
}: Json): Json {
  const { consignment } = toConsignment(mainBarcode);
  return {
    parcel: { trackingNumber: barcode, ...(consignment as Json | undefined) },
    account: toAccount(customerNumber, customerCode),
    ...toReferences(shipmentReference),
    latest: toStatus(currentStatus as Json, toMoment),
    history: {
      entries: (statuses as readonly Json[]).map(({ details, ...status }, i) => ({
        ...toStatus(status, toMoment),
        // Bare or as a pair: some carriers do both.
        site: i % 2 === 0 ? toSite(details as Json | null) : (toSite(details as Json | null)?.code ?? null),
      })),
    },
    ...extra,
  };
}

function toStatus({ code, description, timestamp }: Json, toWhen: (timestamp: string) => Json): Json {
  return {
    ...(code === undefined ? {} : { type: { code: toCode(code as string), description } }),
    ...(timestamp === undefined ? {} : toWhen(timestamp as string)),
  };
}

/** A status that the example does not have keeps its code, in upper case. */
function toCode(status: string): string {
  return CODES[status] ?? status.toUpperCase();
}

function toDateAndTime(timestamp: string): Json {
  const [date, time] = toUtc(timestamp).split(" ");
  return { occurred: { date, time } };
}

function toMoment(timestamp: string): Json {
  return { moment: toUtc(timestamp) };
}

/** `2026-03-07T23:22:56+01:00` → `2026-03-07 22:22:56`; milliseconds stay where there are any. */
function toUtc(timestamp: string): string {
  const iso = Temporal.Instant.from(timestamp).toString({ fractionalSecondDigits: 3 });
  return `${iso.slice(0, 10)} ${iso.slice(11, timestamp.includes(".") ? 23 : 19)}`;
}

function toAccount(number: unknown, code: unknown): Json {
  const isPlainNumber = typeof number === "string" && String(Number(number)) === number;
  return {
    no: isPlainNumber ? Number(number) : number,
    ...(code === undefined ? {} : { unit: { code, description: "the customer" } }),
  };
}

function toConsignment(mainBarcode: unknown): Json {
  if (mainBarcode === undefined) return {};
  return { consignment: { leading: mainBarcode === null ? null : { trackingNumber: mainBarcode } } };
}

function toReferences(reference: unknown): Json {
  if (reference === undefined) return {};
  return { references: reference === null ? [] : [{ kind: "SHIPPER", value: reference }] };
}

function toSite(details: Json | null): { readonly code: unknown } | null {
  return details === null ? null : { code: details.locationCode };
}
