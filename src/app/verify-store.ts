import { CHANNELS } from "../domain/channel.ts";
import { UsageError } from "../domain/errors.ts";
import type { CheckReport, VerifyReport } from "../report/store-data.ts";
import { addDigests, makeDigester, NO_ROWS_DIGEST } from "../store/digest.ts";
import { countObservations } from "../store/dossier-codec.ts";
import { readRecords } from "../store/inbox-record.ts";
import type { ChannelBooks } from "../store/intake-access.ts";
import { readDeliveries } from "../store/spool-codec.ts";
import { columnsOf } from "../store/table-sql.ts";
import type { TableName, TableRow } from "../store/tables.ts";
import { listStretches, TABLE_NAMES } from "../store/tables.ts";
import type { StretchListener } from "./compare-stores.ts";
import { inTurns } from "./hold-claims.ts";
import type { NamedStore } from "./open-store.ts";

/**
 * Reads a whole store: counts and hashes of every table, group of buckets by
 * group, and whether its books are those of what it holds. Two stores that
 * hold the same have the same hashes, whatever database they are in.
 *
 * @throws UsageError when data comes in meanwhile
 */
export async function verifyStore(
  { store, name }: NamedStore,
  onProgress: StretchListener = () => {},
): Promise<VerifyReport> {
  const { storeId, schemaVersion, isDistributed } = await store.tables.info();
  const head = { database: name, storeId, schemaVersion, isDistributed };
  const damage = await store.tables.findDamage();
  if (damage !== null && damage.length > 0) {
    // What could be read of it would prove nothing.
    return { ...head, tables: [], checks: [toFileCheck(damage)], damage, waiting: 0, isSound: false };
  }
  const books = await store.feeds.books();
  const counts: Counts = { observations: makeCounter(), quarantined: makeCounter(), waiting: 0 };
  const tables = await digestTables(store.tables, (table, rows) => count(counts, table, rows), onProgress);
  if (JSON.stringify(await store.feeds.books()) !== JSON.stringify(books)) throw toRestlessError(name);
  const checks = [...(damage === null ? [] : [toFileCheck(damage)]), ...checkBooks(books, counts)];
  return {
    ...head,
    tables,
    checks,
    damage: [],
    waiting: counts.waiting,
    isSound: checks.every(({ expected, found }) => expected === found),
  };
}

async function digestTables(
  reader: NamedStore["store"]["tables"],
  onRows: (table: TableName, rows: readonly TableRow[]) => void,
  onProgress: StretchListener,
): Promise<VerifyReport["tables"]> {
  const stretches = listStretches();
  const groups = new Map(TABLE_NAMES.map((table): [TableName, Groups] => [table, []]));
  for (const [done, stretch] of stretches.entries()) {
    const { table, group } = stretch;
    onProgress({ done, total: stretches.length, table });
    const digester = makeDigester();
    for await (const rows of inTurns(reader.rows(stretch))) {
      digester.add(rows);
      onRows(table, rows);
    }
    const digest = digester.digest();
    if (digest.rows > 0) groups.set(table, [...(groups.get(table) ?? []), { group, ...digest }]);
  }
  return Array.from(groups, ([table, ofTable]) => {
    const { rows, hash } = ofTable.reduce(addDigests, NO_ROWS_DIGEST);
    return { table, rows, hash, groups: ofTable };
  });
}

type Groups = VerifyReport["tables"][number]["groups"];

/** What is counted while the rows pass; by the channel's number. */
interface Counts {
  readonly observations: number[];
  readonly quarantined: number[];
  waiting: number;
}

const makeCounter = (): number[] => CHANNELS.map(() => 0);

function count(counts: Counts, table: TableName, rows: readonly TableRow[]): void {
  const columns = columnsOf(table);
  const channelAt = columns.indexOf("channel");
  const add = (to: number[], row: TableRow, more: number): void => {
    const channel = Number(row[channelAt]);
    to[channel] = (to[channel] ?? 0) + more;
  };
  switch (table) {
    case "dossier": {
      const at = columns.indexOf("observations");
      for (const row of rows) add(counts.observations, row, countObservations(String(row[at])));
      break;
    }
    case "quarantine":
      for (const row of rows) add(counts.quarantined, row, 1);
      break;
    case "inbox": {
      const at = columns.indexOf("records");
      for (const row of rows) {
        for (const record of readRecords(row[at] as Uint8Array)) {
          if (record.kind === "observation") counts.waiting += 1;
        }
      }
      break;
    }
    case "spool": {
      const at = columns.indexOf("deliveries");
      for (const row of rows) counts.waiting += [...readDeliveries(row[at] as Uint8Array)].length;
      break;
    }
    default:
  }
}

function checkBooks(books: readonly ChannelBooks[], { observations, quarantined }: Counts): CheckReport[] {
  return books.flatMap(({ channel, ...rows }) => {
    const number = CHANNELS.indexOf(channel);
    const sum = rows.accepted + rows.duplicates + rows.quarantined;
    return [
      { check: "rows" as const, channel, expected: rows.seen, found: sum },
      { check: "observations" as const, channel, expected: rows.accepted, found: observations[number] ?? 0 },
      { check: "quarantine" as const, channel, expected: rows.quarantined, found: quarantined[number] ?? 0 },
    ];
  });
}

function toFileCheck(damage: readonly string[]): CheckReport {
  return { check: "file", channel: null, expected: 0, found: damage.length };
}

function toRestlessError(name: string): UsageError {
  return new UsageError({
    place: `database ${name}`,
    value: "data came in while it was read",
    expected: "a store at rest",
    todo: "run the same command again when nothing is imported or reconciled",
  });
}
