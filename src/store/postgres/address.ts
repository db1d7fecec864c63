import { UsageError } from "../../domain/errors.ts";

/** Where a store is. */
export interface Address {
  /** For the driver; holds the password. */
  readonly connectionString: string;
  /** The schema in the database that holds all of the store's tables. */
  readonly schema: string;
  /** Its URL without the password. */
  readonly name: string;
  /** Names it in messages. */
  readonly place: string;
}

const DEFAULT_SCHEMA = "trackbridge";

/** Needs no quotes in SQL; PostgreSQL cuts longer names. */
const SCHEMA_NAME = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Reads `postgres://user:password@host:port/database?schema=name`. Parameters
 * other than `schema` are the driver's (`sslmode` and such).
 *
 * @throws UsageError for text that is no such URL
 */
export function parseAddress(url: string): Address {
  const parsed = URL.parse(url);
  if (parsed === null || !/^postgres(ql)?:$/.test(parsed.protocol)) {
    throw new UsageError({
      // Not the text itself: there may be a password in it.
      place: "database",
      value: "a postgres URL that cannot be read",
      expected: "postgres://user:password@host:port/database, with %XX for special characters",
      todo: "correct --database, or database in the configuration",
    });
  }
  const schema = parsed.searchParams.get("schema") ?? DEFAULT_SCHEMA;
  parsed.searchParams.delete("schema");
  const connectionString = parsed.href;
  const user = parsed.username === "" ? "" : `${parsed.username}@`;
  const asked = schema === DEFAULT_SCHEMA ? "" : `?schema=${schema}`;
  const name = `${parsed.protocol}//${user}${parsed.host}${parsed.pathname}${asked}`;
  const place = `database ${name}`;
  if (!SCHEMA_NAME.test(schema) || schema.startsWith("pg_")) {
    throw new UsageError({
      place,
      value: `schema '${schema}'`,
      expected: "lower-case letters, digits and underscores, not beginning with a digit or pg_; at most 63",
      todo: "name another schema in ?schema=",
    });
  }
  return { connectionString, schema, name, place };
}
