import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { importFiles } from "../../src/app/import-files.ts";
import { listDrift } from "../../src/app/list-drift.ts";
import type { App } from "../../src/app/open-app.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { writeReport } from "../../src/app/write-report.ts";
import { savePayloads } from "../../src/intake/save-intakes.ts";
import { readTraffic } from "../../src/intake/save-traffic.ts";
import { renderDriftText } from "../../src/report/drift-text.ts";
import { generateWorld } from "../../src/sandbox/world.ts";
import { makePayloadParser } from "../../src/sources/import-payloads.ts";
import { allFindings, withMemoryApp } from "../support/apps.ts";
import { timeOf } from "../support/observations.ts";
import { anArrival, bytesOf } from "../support/payloads.ts";
import { listSchemaErrors } from "../support/schemas.ts";
import { importWorld, saveWorld, worldOptions } from "../support/worlds.ts";

const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
afterAll(() => rmSync(folder, { recursive: true }));

const DAYS = 8;
const A_DAY = 80;
/** From this day on the carrier sends something else. */
const CHANGE = 6;
const NAMES = /Jansen|Dorpsstraat|1234 AB/;

/** What is about a parcel and a status, before and after the change. */
interface Told {
  readonly barcode: string;
  readonly code: string;
  readonly timestamp: string;
  readonly isChanged: boolean;
  readonly reference: string;
}

function toDelivery({ barcode, code, timestamp, isChanged, reference }: Told): object {
  const receiver = { name: "A. Jansen", address: { street: "Dorpsstraat 1", zip: "1234 AB" } };
  return {
    eventId: `${barcode}-${code}`,
    customerNumber: isChanged ? 11223344 : "11223344",
    ...(isChanged ? { sentTo: [receiver], attempt: 1 } : {}),
    item: {
      barcode,
      ...(isChanged ? {} : { shipmentReference: reference }),
      receiver,
      status: { code, description: "Status", timestamp },
    },
  };
}

function toReply({ barcode, code, timestamp, isChanged, reference }: Told): object {
  const status = { code, timestamp, ...(isChanged ? { driver: { name: "B. Jansen" } } : {}) };
  return {
    items: [{ barcode, shipmentReference: isChanged ? null : reference, statuses: [status] }],
    nextCursor: null,
  };
}

/** Exported lines of all days; `changes` or go on as they were. */
function toLines(service: "webhook" | "status-api", changes: boolean, days = DAYS): string[] {
  const lines: string[] = [];
  for (let n = 0; n < days * A_DAY; n += 1) {
    const day = Math.floor(n / A_DAY);
    const at = timeOf("2026-03-01T08:00:00Z") + day * 86_400_000 + (n % A_DAY) * 60_000;
    const timestamp = Temporal.Instant.fromEpochMilliseconds(at).toString();
    const isChanged = changes && day >= CHANGE;
    const told: Told = {
      barcode: `3SDEVC${String(n).padStart(9, "0")}`,
      code: isChanged && n % 10 === 0 ? "REROUTED" : "sorted",
      timestamp,
      isChanged,
      reference: `ORDER-${n}`,
    };
    lines.push(
      service === "webhook"
        ? JSON.stringify({ receivedAt: timestamp, deliveryId: `d-${n}`, body: toDelivery(told) })
        : JSON.stringify({ receivedAt: timestamp, httpStatus: 200, request: {}, body: toReply(told) }),
    );
  }
  return lines;
}

async function takeIn(app: App, service: "webhook" | "status-api", lines: readonly string[]): Promise<void> {
  const path = join(folder, "export.jsonl");
  writeFileSync(path, lines.join("\n"));
  await importFiles(app, { channel: service, paths: [path] });
}

const NOW = timeOf("2026-03-09T12:00:00Z");

describe("contract drift", () => {
  it("is noticed in deliveries, with a sample in which nobody's name stands", () =>
    withMemoryApp(async (app) => {
      await takeIn(app, "webhook", toLines("webhook", true));
      const drift = await listDrift(app);
      const changedOn = `2026-03-0${1 + CHANGE}`;
      expect(
        drift.map(({ what, path, value, firstSeenAt }) => [what, path, value, firstSeenAt.slice(0, 10)]),
      ).toEqual(
        expect.arrayContaining([
          ["gone", "item.shipmentReference", null, changedOn],
          ["new", "attempt", "number", changedOn],
          ["new", "sentTo", "list", changedOn],
          ["type", "customerNumber", "number", changedOn],
          ["code", "item.status.code", "rerouted", changedOn],
        ]),
      );
      expect(drift).toHaveLength(5);
      const gone = drift.find(({ what }) => what === "gone");
      expect(gone).toMatchObject({
        field: "reference",
        usualRate: 1,
        rate: 0,
        count: (DAYS - CHANGE) * A_DAY,
      });
      expect(gone?.sample).toMatchObject({
        eventId: expect.stringContaining("3SDEVC"),
        sentTo: [{ name: "(text)", address: { street: "(text)", zip: "(text)" } }],
        item: { receiver: { name: "(text)" }, status: { description: "(text)" } },
      });
      expect(JSON.stringify(drift)).not.toMatch(NAMES);
    }, NOW));

  it("is noticed in replies of the status API", () =>
    withMemoryApp(async (app) => {
      await takeIn(app, "status-api", toLines("status-api", true));
      const drift = await listDrift(app);
      expect(drift.map(({ what, path }) => `${what} ${path}`).sort()).toEqual([
        "code items[].statuses[].code | items[].currentStatus.code",
        "gone items[].shipmentReference",
        "new items[].statuses[].driver",
      ]);
      expect(JSON.stringify(drift)).not.toMatch(NAMES);
    }, NOW));

  it.each(["webhook", "status-api"] as const)("is not noticed where nothing changes: %s", (service) =>
    withMemoryApp(async (app) => {
      await takeIn(app, service, toLines(service, false));
      expect(await listDrift(app)).toEqual([]);
    }, NOW),
  );

  it("is the same whether payloads come by file, day by day in any order, or over the wire", () =>
    withMemoryApp(async (whole) => {
      const lines = toLines("webhook", true);
      await takeIn(whole, "webhook", lines);
      const expected = (await listDrift(whole)).map(({ sample: _, count: _count, ...rest }) => rest);
      await withMemoryApp(async (app) => {
        for (const day of [3, 0, 7, 1, 5, 2, 6, 4]) {
          await takeIn(app, "webhook", lines.slice(day * A_DAY, (day + 1) * A_DAY));
        }
        expect((await listDrift(app)).map(({ sample: _, count: _count, ...rest }) => rest)).toEqual(expected);
      }, NOW);
      await withMemoryApp(async (app) => {
        const parse = makePayloadParser("webhook", { contract: app.contract, legacyZone: "UTC" });
        for (let from = 0; from < lines.length; from += 16) {
          const payloads = lines.slice(from, from + 16).map((line) => {
            const { receivedAt, body } = JSON.parse(line) as { receivedAt: string; body: object };
            return parse(bytesOf(body), { ...anArrival("webhook"), receivedAt: timeOf(receivedAt) }, "x");
          });
          await savePayloads(app.store, "webhook", payloads);
        }
        expect((await listDrift(app)).map(({ sample: _, count: _count, ...rest }) => rest)).toEqual(expected);
      }, NOW);
    }, NOW));

  it("stands in every report, and changes no finding and no verdict", () =>
    withMemoryApp(async (app) => {
      const saved = saveWorld(generateWorld(worldOptions({ seed: 61, parcels: 60 })), join(folder, "world"));
      await importWorld(app, saved);
      const before = await reconcileStore(app);
      await app.store.transaction(({ feedStates }) =>
        feedStates.drop(`contract ${app.contract.name}`, "traffic webhook"),
      );
      const plain = await writeReport(app, before, { out: join(folder, "plain"), lang: "en" });
      expect(plain.drift).toEqual([]);
      const findings = await allFindings(app.store);

      // Learnt elsewhere: the report shows what the store remembers.
      await withMemoryApp(async (other) => {
        await takeIn(other, "webhook", toLines("webhook", true));
        const state = await other.store.feedStates.find("contract reference", "traffic webhook");
        await app.store.transaction(({ feedStates }) => feedStates.save(state!));
      }, NOW);
      const after = await reconcileStore(app);
      for (const [lang, heading] of [
        ["en", "Contract drift"],
        ["nl", "Contractafwijking"],
      ] as const) {
        const out = join(folder, lang);
        const { drift } = await writeReport(app, after, { out, lang });
        const [page, json] = ["report.html", "report.json"].map((name) =>
          readFileSync(join(out, name), "utf8"),
        );
        const data = JSON.parse(json ?? "");
        expect(data.drift).toEqual(JSON.parse(JSON.stringify(drift)));
        expect(listSchemaErrors("report", data)).toEqual([]);
        expect(page).toContain(`>${heading}</h2>`);
        expect(page).toContain('<a href="#drift">');
        expect(page).toContain("item.shipmentReference");
        expect(page).not.toMatch(NAMES);
        const text = renderDriftText(drift, lang);
        expect(text).toContain(heading);
        expect(text.match(/^- /gm)).toHaveLength(drift.length);
        expect(renderDriftText([], lang)).toBe("");
      }
      expect(readFileSync(join(folder, "plain", "report.html"), "utf8")).not.toContain("#drift");
      expect(await allFindings(app.store)).toEqual(findings);
      expect(after.report.verdict).toBe(before.report.verdict);
    }, NOW));

  it("is not noticed in a world that has noise of every kind and no change", () =>
    withMemoryApp(async (app) => {
      const saved = saveWorld(
        generateWorld(worldOptions({ seed: 62, parcels: 300, defects: {} })),
        join(folder, "noisy"),
      );
      await importWorld(app, saved);
      const drift = await listDrift(app);
      // What is seldom sent may be sent for the first time late: that is news, and nothing else is.
      expect(drift.filter(({ what }) => what !== "new")).toEqual([]);
    }, NOW));

  it("is looked for in any payload without harm, and what is remembered stays small", () =>
    withMemoryApp(async (app) => {
      const anything = fc.jsonValue({ maxDepth: 6 });
      const item = fc.record({
        barcode: anything,
        status: fc.record({ code: anything, timestamp: anything }),
      });
      const body = fc.oneof(
        anything,
        fc.record({ eventId: anything, item: fc.oneof(anything, item) }),
        fc.record({ items: fc.oneof(anything, fc.array(item)) }),
        fc.dictionary(fc.string(), anything, { maxKeys: 40 }),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(body, { maxLength: 20 }), fc.nat(20), async (bodies, day) => {
          const receivedAt = timeOf("2026-03-01T00:00:00Z") + day * 86_400_000;
          for (const service of ["webhook", "status-api"] as const) {
            const parse = makePayloadParser(service, { contract: app.contract, legacyZone: "UTC" });
            const arrival = { ...anArrival(service, service === "webhook" ? null : 200), receivedAt };
            await savePayloads(
              app.store,
              service,
              bodies.map((one) => parse(bytesOf(JSON.stringify(one)), arrival, "x")),
            );
            const { paths, codes, days } = await readTraffic(app.store.feedStates, "reference", service);
            expect(paths.size).toBeLessThanOrEqual(1000);
            expect(codes.size).toBeLessThanOrEqual(500);
            for (const { rows, filled } of days.values()) {
              for (const count of filled) expect(count).toBeLessThanOrEqual(rows);
            }
          }
          await listDrift(app);
        }),
        { numRuns: 60 },
      );
      const states = await app.store.feedStates.list("contract reference", "");
      expect(states).toHaveLength(2);
      for (const { value } of states) expect(value.length).toBeLessThan(200_000);
    }));
});
