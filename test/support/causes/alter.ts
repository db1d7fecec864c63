import type { LegacyCodeRow, MappingTables } from "../../../src/mapping/translate.ts";
import type { ToldEvent, ToldStatus } from "../spoilt-worlds.ts";

/** Whether a parcel is concerned. */
export type IsChosen = (barcode: string) => boolean;

type Change<Told> = (told: Told, barcode: string) => readonly Told[];
type Columns = readonly string[];

export const HOUR = 3_600_000;
export const everyOne: IsChosen = () => true;

/** One parcel in so many. */
export function oneIn(many: number): IsChosen {
  return (barcode) => Number(barcode.replaceAll(/\D/g, "")) % many === 0;
}

/** Letter first. */
function toCode(code: string): string {
  return code.replace(/^(\d\d)([A-Z])$/, "$2$1");
}

export function withRow(
  code: string,
  status: string | null | undefined,
): (tables: MappingTables) => MappingTables {
  return (tables) => {
    const legacyCodes = new Map<string, readonly LegacyCodeRow[]>(tables.legacyCodes);
    if (status === undefined) legacyCodes.delete(code);
    else legacyCodes.set(code, [{ code, status, validFrom: -Infinity, validTo: Infinity }]);
    return { ...tables, legacyCodes, fingerprint: `${tables.fingerprint} ${code} ${status}` };
  };
}

/** The contract reads a wire code as another status, for both services or one; `undefined`: not at all. */
export function withWireCode(
  status: string,
  readAs: string | undefined,
  only?: "webhook" | "status-api",
): (tables: MappingTables) => MappingTables {
  return (tables) => {
    const change = (channel: "webhook" | "status-api") => {
      const codes = tables.wireCodes[channel];
      if (only !== undefined && only !== channel) return codes;
      return new Map(
        [...codes].flatMap(([code, own]): [string, string][] => {
          if (own !== status) return [[code, own]];
          return readAs === undefined ? [] : [[code, readAs]];
        }),
      );
    };
    return {
      ...tables,
      wireCodes: { webhook: change("webhook"), "status-api": change("status-api") },
      fingerprint: `${tables.fingerprint} ${only} ${status} as ${readAs}`,
    };
  };
}

/** A status of the new side is not told. */
export const unTold =
  (status: string, isChosen: IsChosen): Change<ToldStatus> =>
  (told, barcode) =>
    told.code === status && isChosen(barcode) ? [] : [told];

/** A status of the new side is told as another. */
export const reTold =
  (status: string, as: string, isChosen: IsChosen): Change<ToldStatus> =>
  (told, barcode) =>
    told.code === status && isChosen(barcode) ? [{ ...told, code: as }] : [told];

/** The new side tells everything at another moment. */
export const toldAt =
  (msOf: (barcode: string) => number, isChosen: IsChosen): Change<ToldStatus> =>
  (told, barcode) =>
    isChosen(barcode) ? [{ ...told, timestamp: moved(told.timestamp, msOf(barcode)) }] : [told];

/** The new side tells of something that did not happen, some time before (after) what did. */
export const toldToo =
  (status: string, invention: string, ms: number, isChosen: IsChosen): Change<ToldStatus> =>
  (told, barcode) =>
    told.code === status && isChosen(barcode)
      ? [told, { ...told, code: invention, timestamp: moved(told.timestamp, ms) }]
      : [told];

function moved(time: string, ms: number): string {
  return Temporal.Instant.from(time).add({ milliseconds: ms }).toString();
}

/** Scan rows with one of these codes become others. */
export const scanned =
  (codes: readonly string[], isChosen: IsChosen, change: (columns: Columns) => readonly Columns[]) =>
  (columns: Columns, barcode: string): readonly Columns[] =>
    codes.includes(toCode(columns[1] ?? "")) && isChosen(barcode) ? change(columns) : [columns];

/** Events of the old API with one of these codes become others. */
export const replied =
  (
    codes: readonly string[],
    isChosen: IsChosen,
    change: (event: ToldEvent) => readonly ToldEvent[],
  ): Change<ToldEvent> =>
  (event, barcode) =>
    codes.includes(toCode(event.Code)) && isChosen(barcode) ? change(event) : [event];

/** A row of the same parcel under another code, some minutes away. */
export function rowOf([barcode = "", , time = "", ...rest]: Columns, code: string, minutes = 0): Columns {
  return [barcode, code, wallMoved(time, minutes), ...rest];
}

/** A Dutch wall clock moved; nights of a clock change are not in these worlds. */
export function wallMoved(time: string, minutes: number): string {
  const [, day, month, year, clock] = /^(\d\d)-(\d\d)-(\d{4}) (.*)$/.exec(time) ?? [];
  const at = Temporal.PlainDateTime.from(`${year}-${month}-${day}T${clock}`)
    .add({ minutes })
    .toString({ smallestUnit: "second" });
  return `${at.slice(8, 10)}-${at.slice(5, 7)}-${at.slice(0, 4)} ${at.slice(11)}`;
}
