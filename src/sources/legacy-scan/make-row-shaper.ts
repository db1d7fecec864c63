import type { Fault } from "./faults.ts";
import { NO_LAST_DELIMITER, RECORD_ORPHAN, toFault, toRagged } from "./faults.ts";
import type { DelimitedLayout, FixedLayout } from "./layout.ts";

type Cells = readonly string[];

/**
 * Brings the cells of one line after the other into the shape that the
 * binding speaks of; `undefined` for a line that is no row. Damaged lines pass
 * through too, because the lines after one must not inherit past it.
 */
export type RowShaper = (cells: Cells | Fault) => Cells | Fault | undefined;

/**
 * Makes the shaper of one reading of a file.
 *
 * @param width how many cells a row has in the end, inherited ones included
 */
export function makeRowShaper(layout: DelimitedLayout | FixedLayout, width: number): RowShaper {
  if (layout.format === "fixed") return (cells) => cells;
  const { trailingDelimiter, raggedRows, records } = layout;
  const ownWidth = width - (records?.inherit.length ?? 0);
  const toWidth = (cells: Cells): Cells | Fault => {
    if (cells.length === ownWidth) return cells;
    if (raggedRows === "quarantine" || cells.length > ownWidth) {
      return toRagged(`${cells.length} columns`, `${ownWidth} columns`);
    }
    return [...cells, ...new Array<string>(ownWidth - cells.length).fill("")];
  };
  const shapeLine: RowShaper =
    records === undefined
      ? (cells) => ("complaint" in cells ? cells : toWidth(cells))
      : makeRecordShaper(records, toWidth);
  if (!trailingDelimiter) return shapeLine;
  return (cells) => {
    if ("complaint" in cells) return shapeLine(cells);
    return shapeLine(cells.at(-1) === "" ? cells.slice(0, -1) : NO_LAST_DELIMITER);
  };
}

type Records = NonNullable<DelimitedLayout["records"]>;

/** Gives each row the columns of the latest lines of other kinds before it. */
function makeRecordShaper(
  { kindAt, row, inherit, ignore }: Records,
  toWidth: (cells: Cells) => Cells | Fault,
): RowShaper {
  let inherited: (string | undefined)[] = inherit.map(() => undefined);
  return (cells) => {
    if ("complaint" in cells) {
      inherited = inherit.map(() => undefined);
      return cells;
    }
    const kind = cells[kindAt - 1]?.trim() ?? "";
    if (kind === row) {
      const own = toWidth(cells);
      if ("complaint" in own) return own;
      const values = inherited.filter((value) => value !== undefined);
      return values.length < inherit.length ? RECORD_ORPHAN : [...own, ...values];
    }
    const outermost = inherit.findIndex(({ from }) => from === kind);
    if (outermost >= 0) {
      inherited = inherit.map(({ from, at }, index) => {
        if (from === kind) return cells[at - 1];
        return index < outermost ? inherited[index] : undefined;
      });
      return undefined;
    }
    if (ignore.includes(kind)) return undefined;
    inherited = inherit.map(() => undefined);
    const known = [row, ...inherit.map(({ from }) => from), ...ignore];
    const todo = "add the kind to the layout's records, or ask the sender what it is";
    return toFault("RECORD_UNKNOWN", `a line of kind '${kind}'`, `one of ${known.join(", ")}`, todo);
  };
}
