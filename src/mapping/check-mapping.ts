import { compareText } from "../domain/observation.ts";
import type { StatusTable } from "../domain/status.ts";
import type { MappingRow } from "./mapping-row.ts";
import { CODE_KINDS, RELATIONS } from "./mapping-row.ts";

/** Something wrong (`error`: the table cannot be used) or odd (`warning`) in the mapping. */
export interface MappingProblem {
  readonly level: "error" | "warning";
  /** Stable name of the check. */
  readonly check: string;
  readonly line: number;
  readonly value: string;
  readonly expected: string;
  readonly todo: string;
}

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Every problem of a mapping, in order of line. Pure. */
export function checkMapping(rows: readonly MappingRow[], statuses: StatusTable): MappingProblem[] {
  const problems = [
    ...rows.flatMap((row) => checkRow(row, statuses)),
    ...checkOverlaps(rows),
    ...checkUnreached(rows, statuses),
  ];
  return problems.sort((a, b) => a.line - b.line || compareText(a.check, b.check));
}

function checkRow(row: MappingRow, statuses: StatusTable): MappingProblem[] {
  const problems: MappingProblem[] = [];
  const expect = (
    isRight: boolean,
    level: MappingProblem["level"],
    check: string,
    value: string,
    expected: string,
    todo: string,
  ): void => {
    if (!isRight) problems.push({ level, check, line: row.line, value, expected, todo });
  };
  const confidence = Number(row.confidence);
  const hasStatus = row.status !== "";
  expect(row.code !== "", "error", "code-empty", "no code", "a legacy code", "fill it in or drop the row");
  expect(
    !hasStatus || statuses.has(row.status),
    "error",
    "status-unknown",
    `${row.code} status '${row.status}'`,
    "a status of statuses.csv, or nothing",
    "correct the status, or add it to statuses.csv",
  );
  expect(
    (RELATIONS as readonly string[]).includes(row.relation),
    "error",
    "relation-unknown",
    `${row.code} relation '${row.relation}'`,
    RELATIONS.join(", "),
    "choose one",
  );
  expect(
    (CODE_KINDS as readonly string[]).includes(row.kind),
    "error",
    "kind-unknown",
    `${row.code} kind '${row.kind}'`,
    CODE_KINDS.join(", "),
    "choose one",
  );
  expect(
    hasStatus === (row.kind === "milestone") && hasStatus === (row.relation !== "none"),
    "error",
    "status-contradicts-kind",
    `${row.code} status '${row.status}', kind '${row.kind}', relation '${row.relation}'`,
    "a milestone has a status; a notice or internal code has none and relation none",
    "correct one of the three",
  );
  expect(
    row.confidence !== "" && confidence >= 0 && confidence <= 1,
    "error",
    "confidence-invalid",
    `${row.code} confidence '${row.confidence}'`,
    "a number from 0 to 1",
    "correct it",
  );
  for (const [name, date] of [
    ["validFrom", row.validFrom],
    ["validTo", row.validTo],
  ] as const) {
    expect(
      date === "" || isDate(date),
      "error",
      "date-invalid",
      `${row.code} ${name} '${date}'`,
      "a day as yyyy-MM-dd, or nothing",
      "correct it",
    );
  }
  expect(
    row.validFrom === "" || row.validTo === "" || row.validFrom < row.validTo,
    "error",
    "days-empty",
    `${row.code} valid from '${row.validFrom}' up to '${row.validTo}'`,
    "at least one day on which the row holds",
    "correct validFrom or validTo; validTo is the first day on which the row no longer holds",
  );
  expect(
    row.author !== "" && row.reviewer !== "" && row.author !== row.reviewer,
    "warning",
    "four-eyes",
    `${row.code} author '${row.author}', reviewer '${row.reviewer}'`,
    "an author and another person as reviewer",
    "have the row read a second time",
  );
  return problems;
}

/** Two rows of one code that hold at the same time: which one would count? */
function checkOverlaps(rows: readonly MappingRow[]): MappingProblem[] {
  const byCode = Map.groupBy(rows, ({ code }) => code);
  return [...byCode].flatMap(([code, same]) => {
    const sorted = same.toSorted((x, y) => compareText(x.validFrom, y.validFrom) || x.line - y.line);
    return sorted.slice(1).flatMap((row, i): MappingProblem[] => {
      const earlier = sorted.slice(0, i + 1).find(({ validTo }) => validTo === "" || validTo > row.validFrom);
      if (earlier === undefined) return [];
      return [
        {
          level: "error",
          check: "rows-overlap",
          line: row.line,
          value: `${code} stands in line ${earlier.line} too`,
          expected: "one row per code at any time",
          todo: "drop one, or end the older with validTo where the newer begins with validFrom",
        },
      ];
    });
  });
}

/** A status that no code leads to can only ever come from the new side. */
function checkUnreached(rows: readonly MappingRow[], statuses: StatusTable): MappingProblem[] {
  const reached = new Set(rows.map(({ status }) => status));
  return [...statuses.keys()]
    .filter((status) => !reached.has(status))
    .map((status) => ({
      level: "warning",
      check: "status-unreached",
      line: 0,
      value: status,
      expected: "at least one legacy code that means it",
      todo: "check that no code should lead to it",
    }));
}

function isDate(text: string): boolean {
  if (!DATE.test(text)) return false;
  try {
    Temporal.PlainDate.from(text, { overflow: "reject" });
    return true;
  } catch {
    return false;
  }
}
