import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ClientBase, Pool, QueryArrayConfig } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { CopyValue } from "./encode-copy.ts";
import { encodeCopy } from "./encode-copy.ts";
import { toStoreError } from "./failures.ts";
import type { CopyStatement, Statement } from "./statements.ts";
import { toKeptText } from "./text.ts";
import { TYPES } from "./types.ts";

/** A value of a statement. */
export type Value = CopyValue | readonly (number | string | Uint8Array)[];

/** A row as the statement selects it. */
type Row = readonly unknown[];

/** Reads; each statement by itself, or in the transaction that the session is in. */
export interface Session {
  rows<Selected extends Row>(statement: Statement, ...values: readonly Value[]): Promise<Selected[]>;
}

/** Writes in a transaction. */
export interface WriteSession extends Session {
  /** @returns how many rows it changed */
  run(statement: Statement, ...values: readonly Value[]): Promise<number>;
  /** Inserts rows, as many at once as can be; see {@link toStatements} for `:rows`. */
  insert<Selected extends Row>(
    statement: Statement,
    rows: readonly (readonly CopyValue[])[],
  ): Promise<Selected[]>;
  copy(statement: CopyStatement, rows: readonly (readonly CopyValue[])[]): Promise<void>;
  /** Runs statements without values, one after the other. */
  script(text: string): Promise<void>;
}

/** Many rows share a statement; the protocol allows 65535 values. */
const ROWS_AT_ONCE = 500;

/** @param place names the store where a failure is told */
export function makeSession(source: Pool | ClientBase, place: string): Session {
  return {
    async rows<Selected extends Row>(statement: Statement, ...values: readonly Value[]) {
      return (await send<Selected>(source, place, statement, values)).rows;
    },
  };
}

export function makeWriteSession(client: ClientBase, place: string): WriteSession {
  return {
    ...makeSession(client, place),
    async run(statement, ...values) {
      return (await send(client, place, statement, values)).rowCount ?? 0;
    },
    async insert<Selected extends Row>(
      statement: Statement,
      rows: readonly (readonly CopyValue[])[],
    ): Promise<Selected[]> {
      const returned: Selected[] = [];
      for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
        const some = rows.slice(from, from + ROWS_AT_ONCE);
        const { rows: selected } = await send<Selected>(
          client,
          place,
          toInsert(statement, some),
          some.flat(),
        );
        returned.push(...selected);
      }
      return returned;
    },
    async copy({ text, columns }, rows) {
      if (rows.length === 0) return;
      try {
        await pipeline(Readable.from(encodeCopy(columns, rows)), client.query(copyFrom(text)));
      } catch (error) {
        throw toStoreError(place, error);
      }
    },
    async script(text) {
      await client.query(text);
    },
  };
}

async function send<Selected extends Row>(
  source: Pool | ClientBase,
  place: string,
  statement: Pick<Statement, "text"> & Partial<Statement>,
  values: readonly Value[],
) {
  const config: QueryArrayConfig = {
    ...statement,
    values: values.map(toKept),
    rowMode: "array",
    types: TYPES,
  };
  try {
    return await source.query<Selected[number][] & Selected>(config);
  } catch (error) {
    throw toStoreError(place, error);
  }
}

function toKept(value: Value): unknown {
  if (typeof value === "string") return toKeptText(value);
  if (Array.isArray(value)) return value.map(toKept);
  return value;
}

/** Has no name when there are many rows: a statement for every number of them is not worth keeping. */
function toInsert(
  { name, text }: Statement,
  rows: readonly (readonly CopyValue[])[],
): { readonly name?: string; readonly text: string } {
  let next = 0;
  const toList = (row: readonly CopyValue[]): string => {
    const places = row.map(() => {
      next += 1;
      return `$${next}`;
    });
    return `(${places.join(", ")})`;
  };
  const filled = text.replace(":rows", rows.map(toList).join(", "));
  return rows.length === 1 ? { name, text: filled } : { text: filled };
}
