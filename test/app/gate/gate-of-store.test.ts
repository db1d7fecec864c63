import { describe, expect, it } from "vitest";
import { judgeGate, readGate } from "../../../src/app/gate/judge-gate.ts";
import { readSignatures, signGate } from "../../../src/app/gate/sign-gate.ts";
import type { App } from "../../../src/app/open-app.ts";
import { reconcileStore } from "../../../src/app/reconcile-store.ts";
import { UsageError } from "../../../src/domain/errors.ts";
import type { IncomingIntake } from "../../../src/intake/incoming.ts";
import type { GateReport } from "../../../src/reconcile/gate/gate-report.ts";
import { toStableJson } from "../../../src/report/render-json.ts";
import { at, withMemoryApp } from "../../support/apps.ts";
import { aPolicy } from "../../support/gate.ts";
import { aDelivery, aScanFile, aScanRow, BASE, saveAll } from "../../support/intakes.ts";
import { HOUR } from "../../support/observations.ts";
import { listSchemaErrors } from "../../support/schemas.ts";
import { hashOf, parcelOf } from "../../support/store-rows.ts";

const DAY = 24 * HOUR;
const PARCELS = 40;
const NOW = BASE + 3 * DAY;

/** Parcels of one day, sorted and told of by both sides, and both heard of again later. */
async function agreement(differing = 0): Promise<IncomingIntake[]> {
  const parcels = Array.from({ length: PARCELS }, (_, n) => parcelOf(n + 1));
  const rows = parcels.map((barcode) => aScanRow({ barcode }));
  const again = parcelOf(900);
  const receivedAt = BASE + 2 * DAY;
  return [
    await aScanFile(rows, { receivedAt: BASE + HOUR }),
    ...parcels.map((barcode, n) =>
      aDelivery({ barcode, status: n < differing ? "in_transit" : "sorted", receivedAt: BASE + HOUR }),
    ),
    await aScanFile([aScanRow({ barcode: again, at: receivedAt - HOUR })], { receivedAt, name: "later.csv" }),
    aDelivery({ barcode: again, at: receivedAt - HOUR, receivedAt }),
  ];
}

/** A policy that this store can pass: what is imported by hand has no certificate. */
function anEasyApp(app: App, wish: Partial<App> = {}): App {
  const one = { maximumRate: 0.3, leastEpisodes: 20, few: "not_exercised", exceptions: {} } as const;
  const strata = { all: one, status: one, customer: one, product: one, channel: one };
  return { ...at(NOW, app), gatePolicy: aPolicy({ days: 1, strata, requireCertificate: false }), ...wish };
}

const withGate = <Result>(work: (app: App) => Promise<Result>, differing = 0): Promise<Result> =>
  withMemoryApp(async (app) => {
    await saveAll(app.store, await agreement(differing));
    const easy = anEasyApp(app);
    await reconcileStore(easy);
    return work(easy);
  });

async function get(app: App): Promise<GateReport> {
  const gate = await readGate(app);
  if (gate === null) throw new Error("no gate");
  return gate;
}

const SIGNER = { by: "A. Jansen", role: "integration lead", note: undefined, againstAdvice: undefined };

describe("judgeGate", () => {
  it("says go over a store that agrees, as JSON that its schema takes", () =>
    withGate(async (app) => {
      const gate = await get(app);
      expect(gate.reasons.map(({ code }) => code)).toEqual(["all_proven"]);
      expect(gate.verdict).toBe("go");
      expect(gate.days.map(({ clean, bad, state }) => [clean, bad, state])).toEqual([
        [PARCELS, 0, "clean"],
        [1, 0, "not_settled"],
      ]);
      expect(listSchemaErrors("gate", gate)).toEqual([]);
    }));

  it("says no go over one that differs", () =>
    withGate(async (app) => {
      const gate = await get(app);
      expect(gate.verdict).toBe("no_go");
      expect(gate.days[0]).toMatchObject({ clean: PARCELS - 20, bad: 20, state: "unclean" });
      expect(gate.newFamilies).toMatchObject([{ open: 20, severity: "high" }]);
      expect(listSchemaErrors("gate", gate)).toEqual([]);
    }, 20));

  it("says the same before the run has ended, after it, and when asked again", () =>
    withMemoryApp(async (app) => {
      await saveAll(app.store, await agreement());
      const easy = anEasyApp(app);
      let before: GateReport | null = null;
      const claim = await app.store.claims.take("job test", "test", HOUR);
      if (claim === undefined) throw new Error("no claim");
      const result = await reconcileStore(easy, {
        job: {
          name: "test 2026-03-10",
          claim,
          finish: async (judged) => {
            before = await judgeGate(easy, judged);
          },
          end: async () => undefined,
        },
      });
      expect(before).not.toBeNull();
      expect(await judgeGate(easy, result)).toEqual(before);
      expect(await readGate(easy)).toEqual(before);
      expect(await readGate(at(NOW + HOUR, easy))).toEqual(before);
    }));

  it("has a hash that anybody can make again from what is printed", () =>
    withGate(async (app) => {
      const { hash, ...content } = await get(app);
      expect(hashOf(toStableJson(content, 0))).toBe(hash);
    }));

  it("has another hash with another run, policy or count, and when it is out of date", () =>
    withGate(async (app) => {
      const { hash } = await get(app);
      expect(
        (await get({ ...app, gatePolicy: aPolicy({ ...app.gatePolicy, knownShare: 0.04 }) })).hash,
      ).not.toBe(hash);
      const late = await get(at(NOW + 37 * HOUR, app));
      expect(late.reasons[0]?.code).toBe("run_outdated");
      expect(late.hash).not.toBe(hash);
      await saveAll(app.store, [aDelivery({ barcode: parcelOf(901), at: BASE, receivedAt: BASE + 2 * DAY })]);
      // What came in since is not judged before the next run.
      expect((await get(app)).hash).toBe(hash);
      await reconcileStore(app);
      expect((await get(app)).hash).not.toBe(hash);
    }));

  it("does not trust a run under other rules", () =>
    withGate(async (app) => {
      const gate = await get({ ...app, fingerprint: "other" });
      expect(gate.verdict).toBe("not_proven");
      expect(gate.reasons[0]?.code).toBe("rules_changed");
    }));

  it("is none without a policy, and cannot be asked before the first run", () =>
    withMemoryApp(async (app) => {
      expect(await readGate({ ...app, gatePolicy: null })).toBeNull();
      await expect(readGate(app)).rejects.toThrow(UsageError);
    }));
});

describe("signGate", () => {
  it("is complete with two people, and stale after the next run", () =>
    withGate(async (app) => {
      const first = await signGate(app, { ...SIGNER, note: " seen " });
      expect(first.signOff).toEqual({ by: ["A. Jansen"], isComplete: false, stale: 0 });
      expect(first.signatures).toMatchObject([
        { number: 1, note: "seen", verdict: "go", againstAdvice: null },
      ]);
      await expect(signGate(app, { ...SIGNER, by: "a.JANSEN " })).rejects.toThrow(/another person/);
      const second = await signGate(at(NOW + HOUR, app), { ...SIGNER, by: "B. de Vries" });
      expect(second.signOff).toEqual({ by: ["A. Jansen", "B. de Vries"], isComplete: true, stale: 0 });
      expect(listSchemaErrors("gate-signatures", second)).toEqual([]);

      await reconcileStore(at(NOW + 2 * HOUR, app));
      const { hash } = await get(at(NOW + 2 * HOUR, app));
      const later = await readSignatures(app, hash);
      expect(later).toMatchObject({ signOff: { by: [], isComplete: false, stale: 2 }, faults: [] });
      const third = await signGate(at(NOW + 2 * HOUR, app), SIGNER);
      expect(third.signatures).toHaveLength(3);
      expect(third.faults).toEqual([]);
    }));

  it("refuses a verdict other than go without a reason", () =>
    withGate(async (app) => {
      await expect(signGate(app, SIGNER)).rejects.toThrow(/the verdict is no_go → .*--against-advice/);
      await expect(signGate(app, { ...SIGNER, againstAdvice: " " })).rejects.toThrow(UsageError);
      const { signatures } = await signGate(app, { ...SIGNER, againstAdvice: "the season begins" });
      expect(signatures).toMatchObject([{ verdict: "no_go", againstAdvice: "the season begins" }]);
    }, 20));

  it.each([{ by: " " }, { role: "" }])("refuses nobody: %o", (wish) =>
    withGate((app) => expect(signGate(app, { ...SIGNER, ...wish })).rejects.toThrow(UsageError)),
  );

  it("refuses without a policy", () =>
    withGate((app) => expect(signGate({ ...app, gatePolicy: null }, SIGNER)).rejects.toThrow(/gate: false/)));

  it("lets one sign at a time, and forgets none of them", () =>
    withGate(async (app) => {
      const people = Array.from({ length: 8 }, (_, n) => `Person ${n}`);
      const attempts = await Promise.allSettled(people.map((by) => signGate(app, { ...SIGNER, by })));
      const signed = attempts.filter(({ status }) => status === "fulfilled").length;
      expect(signed).toBeGreaterThan(0);
      const { signatures, faults } = await readSignatures(app, null);
      expect([signatures.length, faults]).toEqual([signed, []]);
    }));

  it("sees what was done to signatures in the store, and adds none to them", () =>
    withGate(async (app) => {
      const { gateHash } = await signGate(app, SIGNER);
      await signGate(app, { ...SIGNER, by: "B. de Vries" });
      const [kept] = await app.store.feedStates.list("gate", "signature ");
      if (kept === undefined) throw new Error("no signature");
      const write = (value: string) =>
        app.store.transaction(({ feedStates }) => feedStates.save({ ...kept, value }));
      await write(kept.value.replace("A. Jansen", "E. Vil"));
      expect((await readSignatures(app, gateHash)).faults).toEqual([{ number: 1, fault: "content_changed" }]);
      await expect(signGate(app, { ...SIGNER, by: "C. Bakker" })).rejects.toThrow(/gate signatures --verify/);
      await write(kept.value);
      expect((await readSignatures(app, gateHash)).faults).toEqual([]);
      await app.store.transaction(({ feedStates }) => feedStates.drop("gate", "signature 000002"));
      expect((await readSignatures(app, gateHash)).faults).toEqual([{ number: 2, fault: "end_missing" }]);
    }));
});
