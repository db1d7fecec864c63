import { describe, expect, it } from "vitest";
import { judgeGate, readGate } from "../../../src/app/gate/judge-gate.ts";
import { gatherReport } from "../../../src/app/gather-report.ts";
import type { App } from "../../../src/app/open-app.ts";
import { makeDeliverySaver } from "../../../src/app/receive-deliveries.ts";
import type { ReconcileResult } from "../../../src/app/reconcile-result.ts";
import { reconcileStore } from "../../../src/app/reconcile-store.ts";
import type { CertificateDemand } from "../../../src/domain/certificate.ts";
import { at, withMemoryApp } from "../../support/apps.ts";
import { dayName, withFeeds } from "../../support/certified-feeds.ts";
import { aPolicy } from "../../support/gate.ts";
import { aDelivery, aScanFile, aScanRow, BASE, saveAll } from "../../support/intakes.ts";
import { CUSTOMER, HOUR } from "../../support/observations.ts";
import { listSchemaErrors } from "../../support/schemas.ts";

/** The same program, which asks for certificates; its gate for those of the last two days. */
function requiring(app: App, requireCertificate: CertificateDemand = true): App {
  const one = { maximumRate: 0.9, leastEpisodes: 1, few: "not_exercised", exceptions: {} } as const;
  const strata = { all: one, status: one, customer: one, product: one, channel: one };
  const codes = { coverage: 0, leastPairs: 1, exempt: [] };
  return {
    ...app,
    config: {
      ...app.config,
      reconcile: { ...app.config.reconcile, requireCertificate: toSetting(requireCertificate) },
    },
    gatePolicy: aPolicy({ days: 2, strata, codes, requireCertificate, requireRecall: false }),
  };
}

const toSetting = (demand: CertificateDemand) => (typeof demand === "boolean" ? demand : [...demand]);

const statesOf = ({ certificates: { certificates } }: ReconcileResult) =>
  Object.fromEntries(certificates.map(({ channel, state }) => [channel, state]));
const lacksOf = ({ certificates: { certificates } }: ReconcileResult) =>
  certificates.flatMap(({ channel, shortfalls }) => shortfalls.map(({ kind }) => `${channel} ${kind}`));
const codesOf = ({ reasons }: Pick<ReconcileResult, "reasons">) => reasons.map(({ code }) => code);
const ALL_COMPLETE = { "legacy-scan": "complete", webhook: "complete", "status-api": "complete" };

describe("the certificates of a store that is fed", () => {
  it("are complete where everything came: the run and its gate say go", () =>
    withFeeds({}, async ({ app }) => {
      const asking = requiring(app);
      const result = await reconcileStore(asking);
      expect(lacksOf(result)).toEqual([]);
      expect(statesOf(result)).toEqual(ALL_COMPLETE);
      expect(result.report.verdict).toBe("go");
      const gate = await readGate(asking);
      expect(gate?.reasons.map(({ code }) => code)).toEqual(["all_proven"]);
      expect(await judgeGate(asking, result)).toEqual(gate);
      const data = await gatherReport(asking, result);
      expect(listSchemaErrors("report", JSON.parse(JSON.stringify(data)))).toEqual([]);
      expect(data.certificates?.channels[0]).toMatchObject({
        channel: "legacy-scan",
        isDemanded: true,
        expectation: { unit: "files", expected: 9, received: 9 },
        heardTo: "2026-03-13T06:02:00Z",
        completeTo: "2026-03-12T18:02:00Z",
      });
    }));

  it("name a file that was withheld, and are complete again once it has come", () =>
    withFeeds({ withheld: [2] }, async ({ app, deliver, pullScans }) => {
      const asking = requiring(app);
      const lacking = await reconcileStore(asking);
      expect(lacksOf(lacking)).toEqual(["legacy-scan file_missing"]);
      expect(lacking.report.verdict).toBe("not_proven");
      expect(lacking.reasons[0]).toMatchObject({
        code: "certificate_incomplete",
        values: {
          channel: "legacy-scan",
          kind: "file_missing",
          subject: "postnl",
          from: "2026-03-11T18:00:00Z",
        },
      });
      deliver(2);
      await pullScans();
      const healed = await reconcileStore(asking);
      expect(statesOf(healed)).toEqual(ALL_COMPLETE);
      expect(healed.report.verdict).toBe("go");
      expect((await readGate(asking))?.verdict).toBe("go");
    }));

  it("hold the gate back on the days that lack something, though the run itself may go without", () =>
    withFeeds({ withheld: [2] }, async ({ app, deliver, pullScans }) => {
      const { gatePolicy } = requiring(app);
      const gated = { ...app, gatePolicy };
      await reconcileStore(gated);
      const lacking = await readGate(gated);
      expect(lacking?.verdict).toBe("not_proven");
      expect(lacking?.reasons[0]).toEqual({
        code: "certificate_lacking",
        decides: "not_proven",
        values: { days: 1, channels: "legacy-scan", first: dayName(2), last: dayName(2) },
      });
      expect(listSchemaErrors("gate", JSON.parse(JSON.stringify(lacking)))).toEqual([]);
      deliver(2);
      await pullScans();
      await reconcileStore(gated);
      expect((await readGate(gated))?.verdict).toBe("go");
    }));

  it("are part of what is signed: another certificate is another hash", () =>
    withFeeds({}, async ({ app }) => {
      const asking = requiring(app);
      await reconcileStore(asking);
      const gate = await readGate(asking);
      const key = `day ${dayName(0)} status-api`;
      await app.store.transaction(async ({ feedStates }) => {
        const kept = await feedStates.find("certificates", key);
        const value = kept?.value.replace("complete", "unproven") ?? "";
        await feedStates.save({ feed: "certificates", key, value, changedAt: 0 });
      });
      const other = await readGate(asking);
      expect(other?.verdict).toBe("go");
      expect(other?.hash).not.toBe(gate?.hash);
    }));

  it("weigh on nothing where nobody asks for them, but are told", () =>
    withFeeds({ withheld: [2] }, async ({ app, deliver, pullScans }) => {
      const result = await reconcileStore(app);
      expect(statesOf(result)["legacy-scan"]).toBe("incomplete");
      expect(codesOf(result)).not.toContain("certificate_incomplete");
      expect((await reconcileStore(requiring(app, ["webhook"]))).reasons).toEqual(result.reasons);
      expect(codesOf(await reconcileStore(requiring(app, ["legacy-scan"])))).toContain(
        "certificate_incomplete",
      );
      deliver(2);
      await pullScans();
      expect((await reconcileStore(app)).report.verdict).toBe("go");
    }));

  it("change no evaluation: asking for them evaluates nothing anew", () =>
    withFeeds({}, async ({ app }) => {
      expect((await reconcileStore(app)).evaluated).toBeGreaterThan(0);
      expect((await reconcileStore(requiring(app))).evaluated).toBe(0);
    }));

  it("say when files were due since the last fetch, and when the status API was left alone", () =>
    withFeeds({}, async ({ app, advance, pullStatus, pullScans }) => {
      advance(9 * HOUR);
      const asking = requiring(app);
      const left = await reconcileStore(asking);
      expect(lacksOf(left)).toEqual([
        "legacy-scan not_fetched",
        "webhook witness_behind",
        "status-api behind",
      ]);
      expect(codesOf(left)).toEqual(
        expect.arrayContaining(["certificate_incomplete", "certificate_unproven"]),
      );
      await pullStatus();
      await pullScans();
      expect(lacksOf(await reconcileStore(asking))).toEqual(["legacy-scan file_missing"]);
    }));

  it("do not trust a status API that answers and says nothing", () =>
    withFeeds({ notListed: [0, 1, 2, 3, 4] }, async ({ app }) => {
      const result = await reconcileStore(requiring(app));
      expect(statesOf(result)["status-api"]).toBe("incomplete");
      expect(new Set(lacksOf(result))).toEqual(new Set(["status-api not_listed", "webhook witness_behind"]));
    }));

  it("say when files could not be fetched, and why", () =>
    withFeeds({}, async ({ app, deliver, advance, pullStatus, pullScans }) => {
      advance(13 * HOUR);
      deliver(4);
      await pullStatus();
      await pullScans("wrong");
      const asking = requiring(app);
      const refused = await reconcileStore(asking);
      expect(lacksOf(refused)).toEqual(["legacy-scan fetch_failed", "legacy-scan not_fetched"]);
      expect(refused.reasons).toContainEqual({
        code: "certificate_incomplete",
        values: expect.objectContaining({ kind: "fetch_failed", subject: "postnl", others: 1 }),
      });
      await pullScans();
      expect(statesOf(await reconcileStore(asking))).toEqual(ALL_COMPLETE);
    }));

  it("ask for what is overdue: the sweep belongs to them", () =>
    withFeeds(
      { notKnown: [2] },
      async ({ app, sweep, sweepInVain, advance, pullStatus }) => {
        const asking = requiring(app);
        const found = await reconcileStore(asking);
        // Found by this very run: nobody could have asked for it.
        expect(lacksOf(found)).toEqual([]);
        expect(found.report.verdict).toBe("no_go");
        advance(2 * HOUR);
        await pullStatus();
        const unasked = await reconcileStore(asking);
        expect(lacksOf(unasked)).toEqual(["status-api not_swept"]);
        expect(unasked.report.verdict).toBe("not_proven");
        await sweepInVain();
        expect(lacksOf(await reconcileStore(asking))).toEqual(["status-api not_swept"]);
        advance(2 * HOUR);
        await pullStatus();
        await sweep();
        const swept = await reconcileStore(asking);
        expect(lacksOf(swept)).toEqual([]);
        expect(swept.report.verdict).toBe("no_go");
      },
      false,
    ));

  it("see what the webhook never pushed, also where no finding can", () =>
    // After the last delivery nobody knows that it is still in use.
    withFeeds({ notPushed: [2, 3, 4] }, async ({ app }) => {
      const result = await reconcileStore(requiring(app));
      expect(lacksOf(result)).toEqual(["webhook silent", "webhook not_pushed", "webhook not_pushed"]);
      expect(result.report.findings.open).toBe(0);
      expect(result.report.verdict).toBe("not_proven");
      expect(result.certificates.certificates[1]?.expectation).toEqual({
        unit: "status_changes",
        expected: 5,
        received: 3,
      });
    }));

  it.each([
    [
      "is silent from then on where things happened on a later day",
      [3, 4],
      ["webhook not_delivered"],
      "incomplete",
    ],
    ["may yet speak where none did", [4], [], "unproven"],
  ] as const)(
    "vouch for the webhook up to each customer's last delivery where not all use it: it %s",
    (_, notPushed, lacks, state) =>
      withFeeds({ notPushed }, async ({ app }) => {
        const others = { ...app.config.feeds.statusApi, customers: [{ number: "99887766", code: "OTHR" }] };
        const feeds = { ...app.config.feeds, statusApi: others as App["config"]["feeds"]["statusApi"] };
        await app.store.transaction(async ({ feedStates }) => {
          for (const key of ["mark", "begun"]) {
            const kept = await feedStates.find("status-api", `${key} ${CUSTOMER}`);
            if (kept !== undefined) await feedStates.save({ ...kept, key: `${key} 99887766` });
          }
        });
        const result = await reconcileStore(requiring({ ...app, config: { ...app.config, feeds } }));
        expect(lacksOf(result)).toEqual(lacks);
        const days = result.certificates.days.filter(({ channel }) => channel === "webhook");
        // The first delivery came on the day before.
        expect(days[0]).toMatchObject({ day: dayName(1), state: "complete" });
        const lastPushed = Math.min(...notPushed) - 1;
        for (const { day, state: found } of days) {
          expect([day, found]).toEqual([day, day < dayName(lastPushed) ? "complete" : state]);
        }
      }),
  );

  it("vouch for nothing that came after the run had begun, whoever ends it", () =>
    withFeeds({ withheld: [2] }, async ({ app, deliver, pullScans }) => {
      const asking = requiring(app);
      const claim = await app.store.claims.take("job test", "test", HOUR);
      if (claim === undefined) throw new Error("no claim");
      const job = { name: "test 2026-03-13", claim, end: async () => undefined };
      const killed = reconcileStore(asking, {
        job: { ...job, finish: () => Promise.reject(new Error("killed")) },
      });
      await expect(killed).rejects.toThrow("killed");
      deliver(2);
      await pullScans();
      const result = await reconcileStore(asking, { job: { ...job, finish: async () => undefined } });
      expect(lacksOf(result)).toEqual(["legacy-scan file_missing"]);
      expect(statesOf(await reconcileStore(asking))).toEqual(ALL_COMPLETE);
    }));

  it("are not known of days that no run judged", () =>
    withFeeds({}, async ({ app }) => {
      const asking = requiring(app);
      await reconcileStore(asking);
      await app.store.transaction(async ({ feedStates }) => {
        for (const { key } of await feedStates.list("certificates", `day ${dayName(1)}`)) {
          await feedStates.drop("certificates", key);
        }
      });
      expect((await readGate(asking))?.reasons).toEqual([
        expect.objectContaining({
          code: "certificate_unknown",
          values: {
            days: 1,
            channels: "legacy-scan, status-api, webhook",
            first: dayName(1),
            last: dayName(1),
          },
        }),
      ]);
    }));
});

describe("the certificates of a store that is fed by hand", () => {
  it("are unproven, and where they are asked for nothing is proven", () =>
    withMemoryApp(async (shipped) => {
      const app = at(BASE + 20 * HOUR, shipped);
      await saveAll(app.store, [
        await aScanFile([aScanRow()], { receivedAt: BASE + HOUR }),
        aDelivery({ receivedAt: BASE + HOUR }),
      ]);
      const plain = await reconcileStore(app);
      expect(plain.report.verdict).toBe("go");
      expect(statesOf(plain)).toEqual({ "legacy-scan": "unproven", webhook: "unproven" });
      const asked = await reconcileStore(requiring(app));
      expect(asked.report.verdict).toBe("not_proven");
      expect(asked.reasons.map(({ code, values: { kind } }) => [code, kind])).toEqual([
        ["certificate_unproven", "import_only"],
        ["certificate_unproven", "no_witness"],
      ]);
      // A channel that is asked for and does not exist proves nothing either.
      const absent = await reconcileStore(requiring(app, ["legacy-api"]));
      expect(absent.reasons[0]?.values).toMatchObject({ channel: "legacy-api", kind: "never_spoke" });
    }));

  it("know a channel whose first words lay unread when the run began", () =>
    withMemoryApp(async (shipped) => {
      const app = at(BASE + 20 * HOUR, shipped);
      const { content, arrival } = aDelivery({ receivedAt: BASE + HOUR });
      const body = Buffer.from(content);
      await makeDeliverySaver(app)([{ body, receivedAt: BASE + HOUR, deliveryId: arrival.name }]);
      const result = await reconcileStore(app);
      expect(statesOf(result)).toEqual({ webhook: "unproven" });
      expect(result.certificates.certificates[0]?.received.rows).toBe(1);
    }));

  it("are none where nothing came", () =>
    withMemoryApp(async (app) => {
      const { certificates } = await reconcileStore(requiring(app));
      expect(certificates).toEqual({ demand: true, certificates: [], days: [] });
    }));
});
