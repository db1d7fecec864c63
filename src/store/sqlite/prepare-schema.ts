import type { Database } from "better-sqlite3";
import { UsageError } from "../../domain/errors.ts";
import { toVersionError } from "../refusals.ts";
import { SCHEMA, SCHEMA_VERSION } from "./schema.ts";

/** Marks a file as ours: other programs count their own schema versions too. "TrkB" */
const APPLICATION_ID = 0x54726b42;

/**
 * Sees to it that the file holds a store of our version. Looks before it
 * touches: a file that is not ours is left as it was.
 *
 * @throws UsageError when it is not ours, or of another version
 */
export function prepareSchema(database: Database, path: string): void {
  const isEmpty = assertOurs(database, path);
  database.pragma("journal_mode = WAL");
  database.pragma("trusted_schema = OFF");
  database.pragma("cell_size_check = ON");
  database.pragma("cache_size = -8192");
  database.pragma("wal_autocheckpoint = 32768");
  database.pragma("synchronous = FULL");
  if (!isEmpty) return;
  database
    .transaction(() => {
      // Another process may have made it since we looked.
      if (database.pragma("user_version", { simple: true }) === SCHEMA_VERSION) return;
      database.exec(SCHEMA);
      database.pragma(`application_id = ${APPLICATION_ID}`);
      database.pragma(`user_version = ${SCHEMA_VERSION}`);
    })
    .immediate();
  // After the first write again: until then the pragma only reads as set.
  database.pragma("synchronous = FULL");
}

/** @returns whether there is nothing in it yet */
function assertOurs(database: Database, path: string): boolean {
  const place = `database ${path}`;
  const version = database.pragma("user_version", { simple: true }) as number;
  const isOurs = database.pragma("application_id", { simple: true }) === APPLICATION_ID;
  const tables = database.prepare("SELECT count(*) FROM sqlite_schema").pluck().get() as number;
  if (tables === 0 && version === 0) return true;
  if (!isOurs) {
    throw new UsageError({
      place,
      value: "not a trackbridge store",
      expected: `a new file, or a store of schema version ${SCHEMA_VERSION}`,
      todo: "name another file: sqlite:PATH",
    });
  }
  if (version !== SCHEMA_VERSION) throw toVersionError(place, version, SCHEMA_VERSION);
  return false;
}
