/** A file cut into columns, as far as a sample goes. */
export interface Table {
  /** Names by column; `null` where the file says none. */
  readonly names: readonly (string | null)[];
  /** Trimmed and decoded; as many cells in each row as there are names. */
  readonly rows: readonly (readonly string[])[];
}

/** One column of it. */
export interface TableColumn {
  readonly at: number;
  readonly name: string | null;
  /** Of every row, also where it is empty. */
  readonly cells: readonly string[];
  /** Those that are not. */
  readonly texts: readonly string[];
  /** Distinct texts. */
  readonly distinct: ReadonlySet<string>;
}

/** A table by its columns. */
export function toColumns({ names, rows }: Table): TableColumn[] {
  return names.map((name, at) => {
    const cells = rows.map((row) => row[at] ?? "");
    const texts = cells.filter((text) => text !== "");
    return { at, name, cells, texts, distinct: new Set(texts) };
  });
}

/** The share of a column's texts of which something holds; 0 where it has none. */
export function shareOf(texts: readonly string[], holds: (text: string) => boolean): number {
  return texts.length === 0 ? 0 : texts.filter(holds).length / texts.length;
}
