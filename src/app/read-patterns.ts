import type { Patterns } from "../reconcile/judgement/learn-patterns.ts";
import { learnPatterns } from "../reconcile/judgement/learn-patterns.ts";
import type { App } from "./open-app.ts";
import { readSums } from "./read-sums.ts";

/** What the whole store shows, against which the cause of a finding is decided. */
export async function readPatterns({ store, tables }: Pick<App, "store" | "tables">): Promise<Patterns> {
  return learnPatterns(await readSums(store), tables);
}
