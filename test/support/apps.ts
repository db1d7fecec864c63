import type { App } from "../../src/app/open-app.ts";
import { withApp } from "../../src/app/open-app.ts";
import { makeFixedClock } from "../../src/clock.ts";
import type { Config } from "../../src/config.ts";
import { readConfig } from "../../src/config.ts";
import type { Finding } from "../../src/domain/finding.ts";
import { openSqliteStore } from "../../src/store/sqlite/open-store.ts";
import type { Store } from "../../src/store/store.ts";

let shipped: App | undefined;

/** Lends the program on an empty store in memory, with the shipped tables and settings, which are read once. */
export async function withMemoryApp<Result>(work: (app: App) => Promise<Result>, now = 0): Promise<Result> {
  shipped ??= await withAppOn("sqlite::memory:", 0, async (app) => app);
  const store = openSqliteStore(":memory:");
  try {
    return await work(at(now, { ...shipped, store }));
  } finally {
    await store.close();
  }
}

/** Lends the program on a store, its clock standing still, with other settings where they are given. */
export function withAppOn<Result>(
  databaseUrl: string,
  now: number,
  work: (app: App) => Promise<Result>,
  {
    reconcile,
    ...settings
  }: Partial<Omit<Config, "reconcile">> & { reconcile?: Partial<Config["reconcile"]> } = {},
): Promise<Result> {
  const defaults = readConfig(undefined);
  const config = { ...defaults, ...settings, reconcile: { ...defaults.reconcile, ...reconcile } };
  return withApp({ config, clock: makeFixedClock(now), databaseUrl, mayMakeStore: true, threads: 0 }, work);
}

/** The same program at another moment. */
export function at(now: number, app: App): App {
  return { ...app, clock: makeFixedClock(now) };
}

export async function listAll<Row>(pages: AsyncIterable<readonly Row[]>): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}

/** All findings of a store, resolved ones included. */
export function allFindings(store: Store): Promise<Finding[]> {
  return listAll(store.findings.list({}));
}
