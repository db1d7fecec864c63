import type { Barcode } from "../../domain/barcode.ts";
import { parseBarcode } from "../../domain/barcode.ts";
import { InputError } from "../../domain/errors.ts";
import type { ParsedRow, PayloadIntake, SeenPayload } from "../../intake/incoming.ts";
import { normaliseWireCode } from "../../mapping/translate.ts";
import { isObject, toKind } from "../compile-path.ts";
import type { Contract } from "../contract.ts";
import { toSeen } from "../look-at-payload.ts";
import { parseJson } from "../parse-json.ts";
import { parseTimestamp } from "../parse-timestamp.ts";
import type { ReceivedArrival } from "../payload-intake.ts";
import {
  hashOf,
  identityOf,
  toObservationRow,
  toPayloadIntake,
  toQuarantinedRow,
} from "../payload-intake.ts";

/**
 * Reads a reply of Shippingstatus v4: a row for every status of every item,
 * numbered through from 1. An item with a list of statuses is *listed*; one
 * without gives its current status and is not. Any HTTP status but 200 is an
 * arrival without rows.
 *
 * One unreadable status costs one row, an item without a usable barcode one for
 * each of its statuses. A reply without a list of items is one row set aside.
 * Never throws for what a reply holds.
 *
 * @param content the body's bytes as they came
 */
export function parseStatusReply(
  content: Uint8Array,
  arrival: ReceivedArrival,
  place: string,
  contract: Contract,
): PayloadIntake {
  const contentHash = hashOf(content);
  if (arrival.httpStatus !== 200) return toPayloadIntake(content, contentHash, arrival, []);

  const rows: ParsedRow[] = [];
  const listed = new Set<Barcode>();
  let seen: SeenPayload | undefined;
  try {
    const body = parseJson(content, place);
    seen = toSeen(body, "status-api", contract);
    const items = contract.statusApi.items(body);
    if (!Array.isArray(items)) throw notA("a list of items", items, place);
    for (const [index, item] of items.entries()) {
      readItem(item, { arrival, contentHash, place: `${place} item ${index + 1}`, contract, rows, listed });
    }
  } catch (problem) {
    rows.push(toQuarantinedRow(rows.length + 1, problem));
  }
  return toPayloadIntake(content, contentHash, arrival, rows, {
    listed: [...listed],
    seen,
  });
}

interface Reading {
  readonly arrival: ReceivedArrival;
  readonly contentHash: string;
  readonly place: string;
  readonly contract: Contract;
  /** MUTABLE: rows are added in the order of the reply. */
  readonly rows: ParsedRow[];
  /** MUTABLE: the barcodes of items with a list of statuses. */
  readonly listed: Set<Barcode>;
}

function readItem(item: unknown, reading: Reading): void {
  const { place, rows, contract } = reading;
  const fields = contract.statusApi.item;
  const list = fields.statuses(item);
  const current = fields.currentStatus(item);
  const hasList = Array.isArray(list);

  let barcode: Barcode | InputError;
  try {
    if (!isObject(item)) throw notA("an object", item, place);
    barcode = parseBarcode(fields.barcode.get(item, place), place);
    if (hasList) reading.listed.add(barcode);
  } catch (problem) {
    if (!(problem instanceof InputError)) throw problem;
    barcode = problem;
  }

  const statuses: readonly unknown[] = hasList
    ? list
    : current === undefined || current === null
      ? []
      : [current];
  for (const status of statuses) rows.push(toRow(status, item, barcode, hasList, reading));

  // What stands in the list's place must not vanish, nor an item that says nothing readable at all.
  if (!hasList && list !== undefined && list !== null) {
    rows.push(toQuarantinedRow(rows.length + 1, notA("a list of statuses", list, place)));
  } else if (barcode instanceof InputError && statuses.length === 0) {
    rows.push(toQuarantinedRow(rows.length + 1, barcode));
  }
}

function toRow(
  status: unknown,
  item: unknown,
  barcode: Barcode | InputError,
  isListed: boolean,
  { arrival, contentHash, place, contract, rows }: Reading,
): ParsedRow {
  const line = rows.length + 1;
  const fields = contract.statusApi.status;
  const shared = contract.statusApi.item;
  try {
    if (barcode instanceof InputError) throw barcode;
    if (!isObject(status)) throw notA("an object", status, place);
    const code = normaliseWireCode(fields.code.get(status, place));
    const { at, laterAt, nonexistentTime, precisionMs } = parseTimestamp(
      fields.timestamp.get(status, place),
      contract.readZone,
      place,
    );
    return toObservationRow({
      barcode,
      channel: "status-api",
      code,
      at,
      laterAt,
      nonexistentTime,
      precisionMs,
      receivedAt: arrival.receivedAt,
      details: {
        reference: fields.reference.find(status) ?? shared.reference.find(item),
        customerNumber: fields.customerNumber.find(status) ?? shared.customerNumber.find(item),
        customerCode: fields.customerCode.find(status) ?? shared.customerCode.find(item),
        mainBarcode:
          (fields.mainBarcode.find(status) ?? shared.mainBarcode.find(item))?.toUpperCase() ?? null,
        location: fields.location.find(status) ?? shared.location.find(item),
        productCode: fields.productCode.find(status) ?? shared.productCode.find(item),
      },
      intake: contentHash,
      line,
      identity: identityOf(barcode, code, String(at)),
      lastListedAt: isListed ? arrival.receivedAt : null,
    });
  } catch (problem) {
    return toQuarantinedRow(line, problem, {
      barcode: shared.barcode.find(item),
      code: fields.code.find(status),
      timestamp: fields.timestamp.find(status),
    });
  }
}

function notA(expected: string, value: unknown, place: string): InputError {
  return new InputError("SHAPE_INVALID", {
    place,
    value: toKind(value),
    expected,
    todo: "ask the carrier, or correct the contract that says where it stands",
  });
}
