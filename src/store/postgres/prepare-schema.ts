import { UsageError } from "../../domain/errors.ts";
import { assertWhole, toAbsenceError, toVersionError } from "../refusals.ts";
import type { OpenOptions } from "../store.ts";
import type { Address } from "./address.ts";
import type { Transact } from "./connect.ts";
import { readStoreInfo, TABLE_SQL } from "./read-tables.ts";
import { SCHEMA, SCHEMA_VERSION } from "./schema.ts";
import type { Session } from "./session.ts";
import { toStatements } from "./statements.ts";

export const PREPARE_SQL = toStatements("prepare", {
  lock: "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
  encoding: "SELECT current_setting('server_encoding')",
  tables:
    "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind IN ('r', 'p', 'v', 'm', 'f')",
  saveVersion: "INSERT INTO schema_version (version) VALUES ($1)",
  citus: "SELECT 1 FROM pg_extension WHERE extname = 'citus'",
  node: "SELECT groupid FROM pg_dist_local_group",
  isDistributed: "SELECT 1 FROM pg_dist_partition WHERE logicalrelid = to_regclass($1)",
});

/**
 * Sees to it that the schema holds a store of our version.
 *
 * @returns whether its tables are distributed
 * @throws UsageError when there is none, or it is not ours or of another
 *   version; what is there is left as it was
 */
export async function prepareSchema(
  address: Address,
  { mayMake = true, mayBePartial = false }: OpenOptions,
  reader: Session,
  transact: Transact,
): Promise<{ readonly isDistributed: boolean }> {
  if (!(await isStore(address, reader))) {
    if (!mayMake) throw toAbsenceError(address.place, "no store");
    await makeStore(address, reader, transact);
  }
  await assertVersion(address, reader);
  if (!mayBePartial) assertWhole(address.place, await readStoreInfo(reader));
  return { isDistributed: await isDistributed(address, reader) };
}

/** Whether the schema holds a store, of whatever version; `false` when it holds nothing. */
async function isStore({ schema, place }: Address, session: Session): Promise<boolean> {
  const tables = (await session.rows<[string]>(PREPARE_SQL.tables, schema)).map(([name]) => name);
  if (tables.includes("schema_version") && tables.includes("dossier")) return true;
  if (tables.length === 0) return false;
  throw new UsageError({
    place,
    value: "not a trackbridge store",
    expected: "a schema with nothing in it, or one with a store",
    todo: `name another schema than '${schema}' in ?schema=`,
  });
}

async function makeStore(address: Address, reader: Session, transact: Transact): Promise<void> {
  const { schema, place } = address;
  const [encoding] = await reader.rows<[string]>(PREPARE_SQL.encoding);
  if (encoding?.[0] !== "UTF8") {
    throw new UsageError({
      place,
      value: `encoding ${encoding?.[0]}`,
      expected: "a database that can hold every character: encoding UTF8",
      todo: "create a database with ENCODING 'UTF8', and name that",
    });
  }
  await transact(async (session) => {
    await session.rows(PREPARE_SQL.lock, `trackbridge ${schema} schema`);
    // Another process may have made it since we looked.
    if (await isStore(address, session)) return;
    await session.script(`CREATE SCHEMA IF NOT EXISTS ${schema}; ${SCHEMA}`);
    await session.run(PREPARE_SQL.saveVersion, SCHEMA_VERSION);
  });
}

async function assertVersion({ place }: Address, reader: Session): Promise<void> {
  const [row] = await reader.rows<[number | null]>(TABLE_SQL.version);
  const version = row?.[0] ?? 0;
  if (version !== SCHEMA_VERSION) throw toVersionError(place, version, SCHEMA_VERSION);
}

/** @throws UsageError when this is a worker of a distributed database: claims are only kept apart on its coordinator */
async function isDistributed({ place, schema }: Address, reader: Session): Promise<boolean> {
  if ((await reader.rows(PREPARE_SQL.citus)).length === 0) return false;
  const [node] = await reader.rows<[number]>(PREPARE_SQL.node);
  if (node !== undefined && node[0] !== COORDINATOR) {
    throw new UsageError({
      place,
      value: "a worker node of a distributed database",
      expected: "its coordinator, to which all trackbridge processes connect",
      todo: "correct host and port in the URL",
    });
  }
  return (await reader.rows(PREPARE_SQL.isDistributed, `${schema}.dossier`)).length > 0;
}

const COORDINATOR = 0;
