import type { Store } from "../../src/store/store.ts";

/** Where a store is, in words that a thread can be told. */
export interface StoreAddress {
  /** URL of the module that opens it. */
  readonly module: string;
  /** The module's function that does. */
  readonly opener: string;
  readonly args: readonly unknown[];
}

/** Opens the store at an address; each call gives a connection of its own. */
export async function openStoreAt({ module, opener, args }: StoreAddress): Promise<Store> {
  const openers = (await import(module)) as Record<
    string,
    (...args: readonly unknown[]) => Store | Promise<Store>
  >;
  const open = openers[opener];
  if (open === undefined) throw new Error(`${module} has no ${opener}`);
  return open(...args);
}
