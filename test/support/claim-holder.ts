import { once } from "node:events";
import { openPostgresStore } from "../../src/store/postgres/open-store.ts";
import { aDossier } from "./store-rows.ts";

// A process that takes a claim, waits for a word, and writes under the claim.
// Usage: fork claim-holder.ts with the store's URL and the moment to wait at, "claimed" or "asserted".

const [url = "", waitAt = ""] = process.argv.slice(2);

/** Says how far it is; waits there for a word if it is the moment. */
async function reach(moment: string): Promise<void> {
  if (moment !== waitAt) return;
  process.send?.({ reached: moment });
  await once(process, "message");
}

const store = await openPostgresStore(url);
try {
  const claim = await store.claims.take("group 1", "claim-holder", 200);
  if (claim === undefined) throw new Error("somebody else holds the claim");
  await reach("claimed");
  await store.transaction(async ({ assertClaim, dossiers }) => {
    await assertClaim(claim);
    await dossiers.saveDossiers([aDossier()]);
    await reach("asserted");
    await dossiers.saveDossiers([aDossier({ observations: "" })]);
  });
  process.send?.({ failed: null });
} catch (error) {
  process.send?.({ failed: (error as Error).name });
} finally {
  await store.close();
  process.disconnect?.();
}
