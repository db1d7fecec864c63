import { UsageError } from "../domain/errors.ts";
import { parseAddress } from "../store/postgres/address.ts";
import type { OpenOptions, Store } from "../store/store.ts";

export interface OpenStoreOptions extends OpenOptions {
  /** Shared by the threads of this process that open the same store. */
  readonly turnMemory?: SharedArrayBuffer;
  /** Whether this is one of several threads, which needs few connections. */
  readonly isThread?: boolean;
}

/**
 * Opens the store at a URL. What speaks to the one kind of database is not
 * loaded for the other.
 *
 * @param url `sqlite:PATH`, or `postgres://…` (see `postgres/address.ts`)
 * @throws UsageError for another URL, and when the store cannot be opened;
 *   never with the password
 */
export async function openStore(
  url: string,
  { turnMemory, isThread, ...options }: OpenStoreOptions,
): Promise<Store> {
  const address = parseStoreUrl(url);
  if (address.kind === "sqlite") {
    const { openSqliteStore } = await import("../store/sqlite/open-store.ts");
    return openSqliteStore(address.path, turnMemory === undefined ? options : { ...options, turnMemory });
  }
  const { openPostgresStore } = await import("../store/postgres/open-store.ts");
  return openPostgresStore(url, { ...options, connections: isThread === true ? "few" : "many" });
}

/** A store, and its URL as it may be shown. */
export interface NamedStore {
  readonly store: Store;
  readonly name: string;
}

/** Opens a store, lends it to `work`, and closes it whatever happens. */
export async function withStore<Result>(
  url: string,
  options: OpenStoreOptions,
  work: (named: NamedStore) => Promise<Result>,
): Promise<Result> {
  const store = await openStore(url, options);
  try {
    return await work({ store, name: nameStore(url) });
  } finally {
    await store.close();
  }
}

/** A store's URL as it may be shown: without the password. */
export function nameStore(url: string): string {
  return parseStoreUrl(url).kind === "sqlite" ? url : parseAddress(url).name;
}

export type StoreUrl =
  | { readonly kind: "sqlite" /** File, or `:memory:`. */; readonly path: string }
  | { readonly kind: "postgres" };

/** @throws UsageError for a URL of no known kind */
export function parseStoreUrl(url: string): StoreUrl {
  if (/^postgres(ql)?:/.test(url)) return { kind: "postgres" };
  const [, path] = /^sqlite:(.+)$/.exec(url) ?? [];
  if (path !== undefined) return { kind: "sqlite", path };
  throw new UsageError({
    place: "database",
    // There may be a password in it, anywhere behind the first colon.
    value: /[:@]/.test(url) ? `${url.split(/[:@]/, 1)[0]}:…` : url,
    expected: "sqlite:PATH, or postgres://USER:PASSWORD@HOST:PORT/DATABASE",
    todo: "correct the URL: --database, or `database` in the configuration",
  });
}
