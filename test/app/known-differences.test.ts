import { describe, expect, it } from "vitest";
import { listFamilies } from "../../src/app/list-families.ts";
import { listKnownRules } from "../../src/app/list-known-rules.ts";
import type { App } from "../../src/app/open-app.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import type { KnownDifference } from "../../src/domain/known-difference.ts";
import { allFindings, at, withMemoryApp } from "../support/apps.ts";
import { aDelivery, aScanFile, aScanRow, BASE, saveAll } from "../support/intakes.ts";
import { HOUR } from "../support/observations.ts";
import { parcelOf } from "../support/store-rows.ts";

const NOW = BASE + 48 * HOUR;

/** So many parcels on which the old side tells `sorted` and the new side another status, long settled. */
async function differ(app: App, count: number, first = 1): Promise<void> {
  for (let n = first; n < first + count; n += 1) {
    const barcode = parcelOf(n);
    await saveAll(app.store, [
      await aScanFile([aScanRow({ barcode })], { receivedAt: BASE + 24 * HOUR, name: `of-${n}.csv` }),
      aDelivery({ barcode, receivedAt: BASE + 24 * HOUR, status: "in_transit" }),
    ]);
  }
}

const SCOPE: KnownDifference["scope"] = {
  kind: "status_mismatch",
  signature: null,
  status: null,
  legacyStatus: null,
  newStatus: ["in_transit"],
  code: null,
  field: null,
  customerNumber: null,
  productCode: null,
  occurredFrom: null,
  occurredUntil: null,
};

function aRule(changes: Partial<KnownDifference> = {}): KnownDifference {
  return {
    id: "agreed",
    scope: SCOPE,
    reason: "Agreed.",
    owner: "a",
    approver: "b",
    expiresAt: NOW + HOUR,
    maximumHits: 5,
    ...changes,
  };
}

const withRules = (app: App, ...knownDifferences: KnownDifference[]): App => ({ ...app, knownDifferences });
const statesOf = async ({ store }: App) =>
  (await allFindings(store)).map(({ state, knownDifference }) => `${state} ${knownDifference}`);

describe("known differences", () => {
  it("hide, and are never called matched", () =>
    withMemoryApp(async (app) => {
      await differ(app, 3);
      const ruled = withRules(app, aRule());
      const { report } = await reconcileStore(ruled);
      expect(await statesOf(ruled)).toEqual(Array(3).fill("known agreed"));
      expect(report.parcels).toMatchObject({ known: 3, matched: 0 });
      expect(report.findings).toMatchObject({ known: 3, open: 0 });
      expect((await listFamilies(ruled))[0]).toMatchObject({ cause: "agreed", sizes: { known: 3 } });
      const reviewed = await listKnownRules(ruled, report);
      expect(reviewed).toMatchObject([{ state: "in_force", hits: 3, isOverWide: true }]);
    }, NOW));

  it("open again in the first run after they expire, and when the rule is taken out", () =>
    withMemoryApp(async (app) => {
      await differ(app, 2);
      const ruled = withRules(app, aRule());
      await reconcileStore(ruled);
      const later = at(NOW + HOUR, ruled);
      const { report } = await reconcileStore(later);
      expect(await statesOf(later)).toEqual(Array(2).fill("open null"));
      expect(await listKnownRules(later, report)).toMatchObject([{ state: "expired", hits: 0 }]);
      await reconcileStore(ruled);
      expect(await statesOf(ruled)).toEqual(Array(2).fill("known agreed"));
      await reconcileStore(app);
      expect(await statesOf(app)).toEqual(Array(2).fill("open null"));
    }, NOW));

  it("hide nothing beyond their maximum, in the same run and from then on, until the rule is changed", () =>
    withMemoryApp(async (app) => {
      const ruled = withRules(
        app,
        aRule({ maximumHits: 2 }),
        aRule({ id: "other", scope: { ...SCOPE, newStatus: ["held"] } }),
      );
      await differ(app, 2);
      await reconcileStore(ruled);
      expect(await statesOf(ruled)).toEqual(Array(2).fill("known agreed"));
      await differ(app, 1, 3);
      const { report } = await reconcileStore(ruled);
      expect(await statesOf(ruled)).toEqual(Array(3).fill("open null"));
      expect(await listKnownRules(ruled, report)).toMatchObject([
        { state: "exhausted" },
        { state: "unused" },
      ]);
      await reconcileStore(ruled, { full: true });
      expect(await statesOf(ruled)).toEqual(Array(3).fill("open null"));
      const changed = withRules(app, aRule({ maximumHits: 3 }));
      await reconcileStore(changed);
      expect(await statesOf(changed)).toEqual(Array(3).fill("known agreed"));
    }, NOW));
});

describe("listFamilies", () => {
  it("calls a family new that a later run is the first to see", () =>
    withMemoryApp(async (app) => {
      await differ(app, 1);
      await reconcileStore(app);
      expect((await listFamilies(app)).map(({ isNew }) => isNew)).toEqual([false]);
      await saveAll(app.store, [
        aDelivery({ barcode: parcelOf(9), receivedAt: BASE + HOUR, status: "in_transit" }),
      ]);
      const later = at(NOW + HOUR, app);
      await reconcileStore(later);
      const families = await listFamilies(later);
      expect(families.filter(({ isNew }) => isNew).map(({ kind }) => kind)).toEqual([
        "parcel_missing_in_legacy",
      ]);
      expect(families).toHaveLength(2);
    }, NOW));
});
