import type { Place } from "./compile-path.ts";
import { pathsOf } from "./compile-path.ts";

/** Where one field of a contract stands, for people and for what looks at whole payloads. */
export interface FieldPlace {
  readonly field: string;
  /** Of what it is read: of the delivery, of the reply, of each item of a reply, or of each status of an item. */
  readonly level: "delivery" | "reply" | "item" | "status";
  /** Whether a row without it is set aside. */
  readonly isRequired: boolean;
  /** From the payload's root, such as `items[].statuses[].code`. */
  readonly paths: readonly string[];
}

export type FieldPlaces = readonly FieldPlace[];

const REQUIRED: readonly string[] = ["barcode", "code", "timestamp", "items"];

type Fields = Readonly<Record<string, readonly Place[] | undefined>>;

/** Where the fields of a delivery stand. */
export function toDeliveryPlaces(fields: Fields): FieldPlaces {
  return toPlaces(fields, "delivery", [""]);
}

/** Where the fields of a status API reply stand, its lists among them. */
export function toReplyPlaces({
  items,
  item,
  status,
  nextCursor,
}: {
  readonly items: string;
  readonly item: Readonly<Record<string, readonly Place[] | string | undefined>> & {
    readonly statuses: string;
    readonly currentStatus?: string | undefined;
  };
  readonly status: Fields;
  readonly nextCursor?: readonly string[] | undefined;
}): FieldPlaces {
  const { statuses, currentStatus, ...fields } = item;
  const lists = [statuses, ...(currentStatus === undefined ? [] : [currentStatus])];
  return [
    ...toPlaces({ items: [items], nextCursor }, "reply", [""]),
    ...toPlaces(fields as Fields, "item", [items]),
    ...toPlaces({ statuses: [statuses], currentStatus: lists.slice(1) }, "item", [items]),
    ...toPlaces(
      status,
      "status",
      lists.map((list) => join(items, list)),
    ),
  ];
}

function toPlaces(fields: Fields, level: FieldPlace["level"], from: readonly string[]): FieldPlace[] {
  return Object.entries(fields).flatMap(([field, places]) =>
    places === undefined || places.length === 0
      ? []
      : [
          {
            field,
            level,
            isRequired: REQUIRED.includes(field),
            paths: from.flatMap((start) => places.flatMap(pathsOf).map((path) => join(start, path))),
          },
        ],
  );
}

function join(start: string, path: string): string {
  return start === "" ? path : `${start}.${path}`;
}
