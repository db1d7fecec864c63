/** A statement as it is sent. The name is unique, so that a connection prepares it once. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * Names the statements of one file. In an `INSERT`, `:rows` stands for the
 * lists of values of as many rows as there are.
 */
export function toStatements<Name extends string>(
  file: string,
  texts: Readonly<Record<Name, string>>,
): Readonly<Record<Name, Statement>> {
  const entries = Object.entries(texts) as [Name, string][];
  return Object.fromEntries(
    entries.map(([name, text]) => [name, { name: `${file}.${name}`, text }]),
  ) as Record<Name, Statement>;
}

/** The columns of a `COPY`, and the type of each in the table. */
export type CopyColumns = Readonly<Record<string, "int2" | "int4" | "int8" | "bool" | "text" | "bytea">>;

/** A bulk load into one table. */
export interface CopyStatement extends Statement {
  readonly columns: CopyColumns;
}

export function toCopy(table: string, columns: CopyColumns): CopyStatement {
  return {
    name: `copy.${table}`,
    text: `COPY ${table} (${Object.keys(columns).join(", ")}) FROM STDIN (FORMAT binary)`,
    columns,
  };
}
