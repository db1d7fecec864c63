import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { App } from "../../src/app/open-app.ts";
import { readSums } from "../../src/app/read-sums.ts";
import type { ReconcileResult } from "../../src/app/reconcile-result.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { compareText } from "../../src/domain/observation.ts";
import type { IncomingIntake } from "../../src/intake/incoming.ts";
import { PACKAGE_ROOT } from "../../src/package-root.ts";
import type { Store } from "../../src/store/store.ts";
import { allFindings, at, listAll, withAppOn, withMemoryApp } from "../support/apps.ts";
import type { Delivered } from "../support/arbitrary-intakes.ts";
import { arbitraryIntakes, arbitraryNow, makeAll } from "../support/arbitrary-intakes.ts";
import { aDelivery, aScanFile, aScanRow, aStatusReply, BASE, saveAll } from "../support/intakes.ts";
import { HOUR, MINUTE, SECOND } from "../support/observations.ts";
import { parcelOf } from "../support/store-rows.ts";

/** Both sides spoke of another parcel at `receivedAt`, in agreement. */
async function bothSpeak(receivedAt: number): Promise<IncomingIntake[]> {
  const barcode = parcelOf(9);
  return [
    await aScanFile([aScanRow({ barcode })], { receivedAt, name: `heard-${receivedAt}.csv` }),
    aDelivery({ barcode, receivedAt }),
  ];
}

async function scanFile(rows: readonly string[], receivedAt = BASE + HOUR): Promise<IncomingIntake> {
  return aScanFile(rows, { receivedAt });
}

async function findingsOf(store: Store, barcode = parcelOf(1)) {
  return (await allFindings(store)).filter((finding) => finding.barcode === barcode);
}

/** A store in a file of its own, for as long as the test lasts. */
function makeDatabase(): string {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return `sqlite:${join(folder, "a.db")}`;
}

/** What a run leaves that may not depend on the runs before it. */
async function readOutcome(store: Store, { report }: ReconcileResult) {
  const findings = (await allFindings(store))
    .filter(({ state }) => state !== "resolved")
    .map(({ firstSeenAt: _, reopenCount: __, evidence: { replaces: ___, ...evidence }, ...rest }) => ({
      ...rest,
      evidence,
    }));
  const { runId: _, ...rest } = report;
  return {
    findings,
    parcels: await listAll(store.parcels.list({})),
    sums: [...(await readSums(store))].sort(([a], [b]) => compareText(a, b)),
    report: { ...rest, findings: { ...report.findings, resolved: 0 } },
  };
}

describe("reconcileStore", () => {
  it("proves nothing on an empty store", () =>
    withMemoryApp(async (app) => {
      const { report, reasons, evaluated } = await reconcileStore(app);
      expect(evaluated).toBe(0);
      expect(reasons.map(({ code }) => code)).toEqual(["nothing_compared"]);
      expect(report).toMatchObject({
        verdict: "not_proven",
        parcels: { total: 0 },
        tieOut: { difference: 0 },
      });
    }));

  it("gives go when both sides agree on everything, and every figure", () =>
    withMemoryApp(async (app) => {
      await saveAll(app.store, [
        await scanFile([
          aScanRow(),
          aScanRow({ code: "01J" }),
          aScanRow({ code: "A19" }),
          aScanRow({ code: "I01", at: BASE + HOUR }),
          aScanRow({ barcode: "short" }),
        ]),
        aDelivery({ receivedAt: BASE + MINUTE }),
        aDelivery({ status: "delivered", at: BASE + HOUR, receivedAt: BASE + 14 * HOUR }),
      ]);
      const { report, reasons, evaluated } = await reconcileStore(at(BASE + 15 * HOUR, app));
      expect(evaluated).toBe(1);
      expect(reasons).toEqual([{ code: "all_agree", values: { parcels: 1 } }]);
      const tally = { episodes: 2, agreed: 2, differing: 0, explained: 0, lone: 0 };
      expect(report).toEqual({
        runId: expect.any(String),
        parcels: { total: 1, matched: 1, known: 0, mismatched: 0, pending: 0, notProven: 0 },
        findings: { open: 0, pending: 0, known: 0, resolved: 0 },
        tieOut: {
          rows: { seen: 7, accepted: 5, duplicates: 1, quarantined: 1 },
          legacy: tally,
          new: tally,
          parcels: 1,
          difference: 0,
        },
        verdict: "go",
      });
    }));

  it("does not prove what one side never spoke of", () =>
    withMemoryApp(async (app) => {
      await saveAll(app.store, [await scanFile([aScanRow()])]);
      const { report } = await reconcileStore(at(BASE + 3 * HOUR, app));
      expect(report).toMatchObject({ verdict: "not_proven", parcels: { notProven: 1 } });
    }));

  it("evaluates what was touched and nothing else", () =>
    withMemoryApp(async (app) => {
      const now = BASE + 20 * HOUR;
      await saveAll(app.store, [
        ...(await bothSpeak(BASE + 19 * HOUR)),
        await scanFile([aScanRow()]),
        aDelivery(),
      ]);
      expect((await reconcileStore(at(now, app))).evaluated).toBe(2);
      expect((await reconcileStore(at(now, app))).evaluated).toBe(0);
      await saveAll(app.store, [aDelivery({ status: "delivered", at: BASE + 2 * HOUR })]);
      expect((await reconcileStore(at(now + MINUTE, app))).evaluated).toBe(1);
      expect((await reconcileStore(at(now + MINUTE, app), { full: true })).evaluated).toBe(2);
    }));

  it("gives every run a name of its own, the same for the same runs", async () => {
    const runIds = () =>
      withMemoryApp(async (app) => {
        const runs: ReconcileResult[] = [];
        for (const now of [BASE, BASE, BASE + 1]) runs.push(await reconcileStore(at(now, app)));
        return runs.map(({ report }) => report.runId);
      });
    const first = await runIds();
    expect(new Set(first).size).toBe(3);
    expect(await runIds()).toEqual(first);
  });

  it("tells how far it is, to the end", () =>
    withMemoryApp(async (app) => {
      await saveAll(
        app.store,
        await Promise.all(Array.from({ length: 90 }, (_, n) => aDelivery({ barcode: parcelOf(n) }))),
      );
      const told: string[] = [];
      await reconcileStore(at(BASE, app), {
        onProgress: ({ doneGroups, groups }) => told.push(`${doneGroups}/${groups}`),
      });
      expect(told).toEqual(Array.from({ length: 32 }, (_, i) => `${i + 1}/32`));
    }));
});

describe("a lone legacy episode", () => {
  const missing = { kind: "missing_in_new", status: "delivered", severity: "critical" };
  /** The parcel was sorted on both sides and delivered on the legacy side only, an hour later. */
  const intakes = async () => [
    await scanFile([aScanRow(), aScanRow({ code: "I01", at: BASE + HOUR })], BASE + 2 * HOUR),
    aDelivery({ receivedAt: BASE + MINUTE }),
  ];
  const deliveredAt = BASE + HOUR;

  it("waits until the new side has had its time, then opens", () =>
    withMemoryApp(async (app) => {
      await saveAll(app.store, [...(await intakes()), ...(await bothSpeak(deliveredAt + 2 * HOUR))]);
      const before = await reconcileStore(at(deliveredAt + 2 * HOUR - 1, app));
      expect(before.report).toMatchObject({ verdict: "go", parcels: { pending: 1, matched: 1 } });
      expect(await findingsOf(app.store)).toMatchObject([
        { ...missing, state: "pending", pendingReason: "not_settled", settlesAt: deliveredAt + 2 * HOUR },
      ]);
      const after = await reconcileStore(at(deliveredAt + 2 * HOUR, app));
      expect(after.report).toMatchObject({ verdict: "no_go", findings: { open: 1 } });
      expect(await findingsOf(app.store)).toMatchObject([{ ...missing, state: "open", pendingReason: null }]);
    }));

  it("is held back while the new side is silent, and opens after 72 hours regardless", () =>
    withMemoryApp(async (app) => {
      await saveAll(app.store, [...(await intakes()), ...(await bothSpeak(deliveredAt + 2 * HOUR - 1))]);
      for (const now of [deliveredAt + 2 * HOUR, deliveredAt + 72 * HOUR - 1]) {
        const { report, reasons } = await reconcileStore(at(now, app));
        expect(report).toMatchObject({ verdict: "not_proven", findings: { open: 0, pending: 1 } });
        expect(reasons[0]?.code).toBe("feed_silent");
        expect(await findingsOf(app.store)).toMatchObject([
          { ...missing, state: "pending", pendingReason: "feed_silent", settlesAt: deliveredAt + 72 * HOUR },
        ]);
        expect(await listAll(app.store.parcels.list({ verdict: "not_proven" }))).toHaveLength(1);
      }
      const { report } = await reconcileStore(at(deliveredAt + 72 * HOUR, app));
      expect(report).toMatchObject({ verdict: "no_go", findings: { open: 1, pending: 0 } });
    }));

  it("opens at the next run once the silent side is heard again", () =>
    withMemoryApp(async (app) => {
      await saveAll(app.store, await intakes());
      await reconcileStore(at(deliveredAt + 3 * HOUR, app));
      await saveAll(app.store, await bothSpeak(deliveredAt + 2 * HOUR));
      const { evaluated } = await reconcileStore(at(deliveredAt + 3 * HOUR, app));
      expect(evaluated).toBe(2);
      expect(await findingsOf(app.store)).toMatchObject([{ ...missing, state: "open" }]);
    }));

  it("is resolved by an observation that comes late, and keeps its history", () =>
    withMemoryApp(async (app) => {
      await saveAll(app.store, [...(await intakes()), ...(await bothSpeak(deliveredAt + 30 * HOUR))]);
      const [t1, t2, t3] = [deliveredAt + HOUR, deliveredAt + 3 * HOUR, deliveredAt + 31 * HOUR];
      await reconcileStore(at(t1, app));
      await reconcileStore(at(t2, app));
      await saveAll(app.store, [aDelivery({ status: "delivered", at: deliveredAt, receivedAt: t3 })]);
      const { report } = await reconcileStore(at(t3, app));
      expect(report).toMatchObject({
        verdict: "go",
        findings: { open: 0, resolved: 1 },
        parcels: { matched: 2 },
      });
      const [finding] = await findingsOf(app.store);
      expect(finding).toMatchObject({ ...missing, state: "resolved", firstSeenAt: t1, resolvedAt: t3 });
      const history = await app.store.findings.history(parcelOf(1));
      expect(history.map(({ at: moment, from, to, reason }) => [moment, from, to, reason])).toEqual([
        [t1, null, "pending", "not_settled"],
        [t2, "pending", "open", "settled"],
        [t3, "open", "resolved", "late_observation"],
      ]);
    }));

  it("is opened again when the observation that resolved it is taken back", () =>
    withMemoryApp(async (app) => {
      const now = deliveredAt + 20 * HOUR;
      await saveAll(app.store, [...(await intakes()), ...(await bothSpeak(now))]);
      await reconcileStore(at(now, app));
      const resolving = { eventId: "e1", status: "delivered", at: deliveredAt, receivedAt: now };
      await saveAll(app.store, [aDelivery(resolving)]);
      await reconcileStore(at(now + 1, app));
      expect(await findingsOf(app.store)).toMatchObject([{ ...missing, state: "resolved" }]);
      // An earlier delivery of the same event says something else: that one counts.
      await saveAll(app.store, [aDelivery({ ...resolving, barcode: parcelOf(2), receivedAt: now - HOUR })]);
      const { report } = await reconcileStore(at(now + 2, app));
      expect(report.tieOut.difference).toBe(0);
      expect(await findingsOf(app.store)).toMatchObject([
        { ...missing, state: "open", reopenCount: 1, resolvedAt: null, firstSeenAt: now },
      ]);
      const history = await app.store.findings.history(parcelOf(1));
      expect(history.map(({ to, reason }) => [to, reason])).toEqual([
        ["open", "settled"],
        ["resolved", "late_observation"],
        ["open", "returned"],
      ]);
    }));

  it("gets a new id when a late scan moves its beginning; the new one names the old one", () =>
    withMemoryApp(async (app) => {
      const now = deliveredAt + 40 * HOUR;
      await saveAll(app.store, [...(await intakes()), ...(await bothSpeak(now))]);
      await reconcileStore(at(now, app));
      const [old] = await findingsOf(app.store);
      await saveAll(app.store, [
        await scanFile([aScanRow({ code: "I01", at: deliveredAt - 30 * MINUTE })], now),
      ]);
      await reconcileStore(at(now, app));
      const findings = await findingsOf(app.store);
      expect(findings).toHaveLength(2);
      expect(findings.find(({ id }) => id === old?.id)).toMatchObject({ state: "resolved" });
      expect(findings.find(({ id }) => id !== old?.id)).toMatchObject({
        ...missing,
        state: "open",
        legacyAt: deliveredAt - 30 * MINUTE,
        evidence: { replaces: old?.id },
      });
    }));

  it("is pending again when the clock is set back before it settled, since everything is evaluated then", () =>
    withMemoryApp(async (app) => {
      await saveAll(app.store, [...(await intakes()), ...(await bothSpeak(deliveredAt + 2 * HOUR))]);
      await reconcileStore(at(deliveredAt + 5 * HOUR, app));
      expect(await findingsOf(app.store)).toMatchObject([{ state: "open" }]);
      const { evaluated } = await reconcileStore(at(deliveredAt + HOUR, app));
      expect(evaluated).toBe(2);
      expect(await findingsOf(app.store)).toMatchObject([
        { state: "pending", pendingReason: "not_settled", settlesAt: deliveredAt + 2 * HOUR },
      ]);
    }));
});

describe("a status that was never pushed", () => {
  it("is a finding once later deliveries show that the webhook was in use then", () =>
    withMemoryApp(async (app) => {
      const now = BASE + 30 * HOUR;
      const deliver = (receivedAt: number) => aDelivery({ barcode: parcelOf(9), at: BASE, receivedAt });
      await saveAll(app.store, [
        await scanFile([aScanRow(), aScanRow({ barcode: parcelOf(9) })], BASE + 20 * HOUR),
        aStatusReply([{ status: "sorted" }], { receivedAt: BASE + 20 * HOUR }),
        deliver(BASE - HOUR),
      ]);
      const before = await reconcileStore(at(now, app));
      expect(before.report).toMatchObject({ verdict: "go", parcels: { matched: 2 } });
      await saveAll(app.store, [deliver(BASE + HOUR)]);
      const after = await reconcileStore(at(now, app));
      expect(after.evaluated).toBe(1);
      expect(await findingsOf(app.store)).toMatchObject([
        { kind: "push_missed", status: "sorted", state: "open", severity: "medium", newAt: BASE },
      ]);
      expect(after.report).toMatchObject({ verdict: "no_go", parcels: { mismatched: 1, matched: 1 } });
    }));
});

describe("changed rules", () => {
  /** A pair of episodes 100 seconds apart, and another parcel. */
  async function saveExample(app: App): Promise<void> {
    await saveAll(app.store, [
      ...(await bothSpeak(BASE + 20 * HOUR)),
      await scanFile([aScanRow()]),
      aDelivery({ at: BASE + 100 * SECOND }),
    ]);
  }
  const now = BASE + 30 * HOUR;

  it("of the settings make everything be evaluated again, and their findings say so", async () => {
    const database = makeDatabase();
    await withAppOn(database, now, async (app) => {
      await saveExample(app);
      expect((await reconcileStore(app)).report.verdict).toBe("go");
      expect((await reconcileStore(app)).evaluated).toBe(0);
    });
    const strict = { reconcile: { toleranceSeconds: 30 } };
    await withAppOn(
      database,
      now,
      async (app) => {
        const { evaluated, report } = await reconcileStore(app);
        expect(evaluated).toBe(2);
        expect(report.verdict).toBe("no_go");
        expect(await findingsOf(app.store)).toMatchObject([
          { kind: "time_mismatch", state: "open", deltaSeconds: 100 },
        ]);
        expect((await reconcileStore(app)).evaluated).toBe(0);
      },
      strict,
    );
    await withAppOn(database, now, async (app) => {
      await reconcileStore(app);
      const history = await app.store.findings.history(parcelOf(1));
      expect(history.at(-1)).toMatchObject({ from: "open", to: "resolved", reason: "rules_changed" });
    });
  });

  it("of the mapping make everything be evaluated again", async () => {
    const mapping = mkdtempSync(join(tmpdir(), "trackbridge-"));
    onTestFinished(() => rmSync(mapping, { recursive: true }));
    cpSync(join(PACKAGE_ROOT, "mappings"), mapping, { recursive: true });
    const database = makeDatabase();
    const run = () => withAppOn(database, now, (app) => reconcileStore(app), { mapping });
    await withAppOn(database, now, saveExample);
    expect((await run()).report.verdict).toBe("go");
    const path = join(mapping, "legacy-codes.csv");
    const table = readFileSync(path, "utf8");
    writeFileSync(path, table.replace(/^J01,sorted,/m, "J01,in_transit,"));
    const after = await run();
    expect(after.evaluated).toBe(2);
    expect(after.report.findings.open).toBe(2);
  });

  it("are applied by the next run when the first one breaks off", async () => {
    const database = makeDatabase();
    const parcels = Array.from({ length: 120 }, (_, n) => parcelOf(100 + n));
    await withAppOn(database, now, async (app) => {
      await saveAll(app.store, [
        ...(await bothSpeak(now)),
        await scanFile(parcels.map((barcode) => aScanRow({ barcode }))),
        ...parcels.map((barcode) => aDelivery({ barcode, at: BASE + 100 * SECOND, receivedAt: now })),
      ]);
      expect((await reconcileStore(app)).report).toMatchObject({ verdict: "go", parcels: { matched: 121 } });
    });
    const strict = { reconcile: { toleranceSeconds: 30 } };
    await withAppOn(
      database,
      now,
      async (app) => {
        let left = 80;
        const dossiers: Store["parcels"]["dossiers"] = async (...asked) => {
          left -= 1;
          if (left === 0) throw new Error("power failure");
          return app.store.parcels.dossiers(...asked);
        };
        const store = { ...app.store, parcels: { ...app.store.parcels, dossiers } };
        await expect(reconcileStore({ ...app, store })).rejects.toThrow("power failure");
        expect((await allFindings(app.store)).length).toBeGreaterThan(0);
        expect((await allFindings(app.store)).length).toBeLessThan(120);
        expect((await reconcileStore(app)).report).toMatchObject({
          verdict: "no_go",
          findings: { open: 120 },
        });
      },
      strict,
    );
  });
});

describe("runs one after the other", () => {
  interface Step {
    readonly delivered: readonly Delivered[];
    readonly now: number;
    readonly full: boolean;
  }

  /** Some intakes at each step; the clock goes on, and now and then back. */
  const arbitrarySteps: fc.Arbitrary<readonly Step[]> = fc
    .array(
      fc.record({
        delivered: fc.oneof(
          { weight: 3, arbitrary: arbitraryIntakes({ conflicts: false }) },
          { weight: 1, arbitrary: fc.constant([]) },
        ),
        now: arbitraryNow,
        full: fc.constantFrom(false, false, false, true),
      }),
      { minLength: 1, maxLength: 5 },
    )
    .chain((steps) =>
      fc.constantFrom(true, true, true, false).map((isInOrder) => {
        const times = steps.map(({ now }) => now);
        if (isInOrder) times.sort((a, b) => a - b);
        return steps.map((step, i) => ({ ...step, now: times[i] ?? step.now }));
      }),
    );

  it("come to what one full run over everything comes to, and every sum ties out on the way", () =>
    fc.assert(
      fc.asyncProperty(arbitrarySteps, async (steps) => {
        const last = steps.at(-1)?.now ?? BASE;
        const incremental = await withMemoryApp(async (app) => {
          let outcome: Awaited<ReturnType<typeof readOutcome>> | undefined;
          for (const { delivered, now, full } of steps) {
            await saveAll(app.store, await makeAll(delivered));
            const result = await reconcileStore(at(now, app), { full });
            expect(result.report.tieOut.difference).toBe(0);
            outcome = await readOutcome(app.store, result);
          }
          return outcome;
        });
        const whole = await withMemoryApp(async (app) => {
          await saveAll(app.store, await makeAll(steps.flatMap(({ delivered }) => delivered)));
          return readOutcome(app.store, await reconcileStore(at(last, app), { full: true }));
        });
        expect(incremental).toEqual(whole);
      }),
      { numRuns: 80 },
    ));

  it("never lose a finding: each is in the list in some state, and its history ends in that state", () =>
    fc.assert(
      fc.asyncProperty(arbitrarySteps, (steps) =>
        withMemoryApp(async (app) => {
          const seen = new Set<string>();
          for (const { delivered, now, full } of steps) {
            await saveAll(app.store, await makeAll(delivered));
            await reconcileStore(at(now, app), { full });
            for (const { id } of await allFindings(app.store)) seen.add(id);
          }
          const findings = await allFindings(app.store);
          expect(findings.map(({ id }) => id).sort()).toEqual([...seen].sort());
          for (const { id, barcode, state } of findings) {
            const life = (await app.store.findings.history(barcode)).filter((event) => event.id === id);
            expect(life[0]?.from).toBeNull();
            for (const [i, { from }] of life.entries()) if (i > 0) expect(from).toBe(life[i - 1]?.to);
            expect(life.at(-1)?.to).toBe(state);
          }
        }),
      ),
      { numRuns: 40 },
    ));
});
