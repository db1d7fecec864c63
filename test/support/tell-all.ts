import { readSums } from "../../src/app/read-sums.ts";
import { compareText } from "../../src/domain/observation.ts";
import type { Store } from "../../src/store/store.ts";
import { allFindings, listAll } from "./apps.ts";

const MANY = 1_000_000;

/**
 * Everything that a store tells, as text; but not what depends on who took a
 * delivery in with which others: its pack, and its place in the dossier.
 */
export async function tellAll(store: Store): Promise<Record<string, string>> {
  const findings = await allFindings(store);
  const parcels = await listAll(store.parcels.list({}));
  const quarantined = await store.feeds.quarantined(MANY);
  const histories: unknown[] = [];
  const dossiers: unknown[] = [];
  for (const { barcode } of parcels) {
    histories.push(await store.findings.history(barcode));
    const dossier = await store.parcels.findDossier(barcode);
    const observations = (dossier?.observations ?? []).map(({ delivery, ...rest }) =>
      JSON.stringify({ ...rest, deliveryId: delivery?.name }),
    );
    dossiers.push({ ...dossier, observations: observations.sort(), findings: dossier?.findings.length });
  }
  const arrivals: unknown[] = [];
  for (const { hash } of quarantined) arrivals.push(await store.feeds.arrivals(hash));
  const { watermarks, deliveries } = await store.feeds.progress();
  const told: Record<string, unknown> = {
    findings,
    parcels,
    histories,
    dossiers,
    quarantined,
    arrivals,
    groups: await store.feeds.quarantineGroups(MANY),
    counts: await store.findings.counts(),
    corrected: await store.parcels.listCorrected(MANY),
    books: await store.feeds.books(),
    progress: { watermarks, deliveries: [...deliveries] },
    buckets: await store.parcels.buckets(),
    totals: await store.runs.totals(),
    last: await store.runs.last(),
    sums: [...(await readSums(store))].sort(([a], [b]) => compareText(a, b)),
  };
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [name, JSON.stringify(value)]));
}
