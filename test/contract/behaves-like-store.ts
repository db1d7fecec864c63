import { countsTotals } from "./counts-totals.ts";
import { grantsClaims } from "./grants-claims.ts";
import { keepsBooks } from "./keeps-books.ts";
import { keepsDossiers } from "./keeps-dossiers.ts";
import { keepsEventKeys } from "./keeps-event-keys.ts";
import { keepsFeedStates } from "./keeps-feed-states.ts";
import { keepsFindings } from "./keeps-findings.ts";
import { keepsInbox } from "./keeps-inbox.ts";
import { keepsIntakes } from "./keeps-intakes.ts";
import { keepsJobs } from "./keeps-jobs.ts";
import { keepsQuarantine } from "./keeps-quarantine.ts";
import { keepsRawContent } from "./keeps-raw-content.ts";
import { keepsRuns } from "./keeps-runs.ts";
import { keepsSpool } from "./keeps-spool.ts";
import { keepsTransactions } from "./keeps-transactions.ts";
import { listsParcels } from "./lists-parcels.ts";
import { movesTables } from "./moves-tables.ts";
import { readsParcels } from "./reads-parcels.ts";
import type { OpenStore } from "./store-under-test.ts";

/** Every store passes these. Call once per way to open one; each call of `openStore` gives a new and empty store. */
export function behavesLikeStore(openStore: OpenStore): void {
  keepsTransactions(openStore);
  keepsRawContent(openStore);
  keepsIntakes(openStore);
  keepsEventKeys(openStore);
  keepsBooks(openStore);
  keepsQuarantine(openStore);
  keepsInbox(openStore);
  keepsSpool(openStore);
  keepsDossiers(openStore);
  readsParcels(openStore);
  listsParcels(openStore);
  keepsFindings(openStore);
  keepsRuns(openStore);
  keepsJobs(openStore);
  keepsFeedStates(openStore);
  countsTotals(openStore);
  grantsClaims(openStore);
  movesTables(openStore);
}
