import { UsageError } from "../domain/errors.ts";
import type { StoreInfo } from "./table-access.ts";

/** A store's schema is not ours. */
export function toVersionError(place: string, version: number, ours: number): UsageError {
  return new UsageError({
    place,
    value: `schema version ${version}`,
    expected: `a store of schema version ${ours}`,
    todo:
      version > ours
        ? "use the newer trackbridge that wrote it"
        : "import the data into another store: this one was made before the first release, and nothing brings it up to date",
  });
}

/** There is no store, and none is to be made. */
export function toAbsenceError(place: string, value: string): UsageError {
  return new UsageError({
    place,
    value,
    expected: "a store that data has been imported into",
    todo: "correct the name, or import first",
  });
}

/** @throws UsageError when a copy into the store has not ended */
export function assertWhole(place: string, { isPartial }: Pick<StoreInfo, "isPartial">): void {
  if (!isPartial) return;
  throw new UsageError({
    place,
    value: "a copy that has not ended",
    expected: "a whole store",
    todo: "run trackbridge db copy from the same source again: it goes on where it stopped",
  });
}
