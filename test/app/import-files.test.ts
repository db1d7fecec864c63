import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importFiles } from "../../src/app/import-files.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { traceParcel } from "../../src/app/trace-parcel.ts";
import { withMemoryApp } from "../support/apps.ts";
import { aScanRow } from "../support/intakes.ts";
import { CSV_HEADER } from "../support/scan-files.ts";
import { parcelOf } from "../support/store-rows.ts";

const RECEIVED_AT = "2026-03-07T10:05:00Z";
const BODY =
  '{"eventId":"e1","item":{"barcode":"3SDEVC000000001","status":{"code":"sorted","timestamp":"2026-03-07T10:00:00Z"}}}';

const folder = mkdtempSync(join(tmpdir(), "trackbridge-import-"));
const path = join(folder, "TT_11223344_20260311_090000_001.csv");
writeFileSync(path, `${CSV_HEADER}\n${aScanRow()}\n${aScanRow({ code: "B01" })}\n`);

describe("importFiles", () => {
  it("reads a file again that no row could be read of, because its layout was wrong", () =>
    withMemoryApp(async (app) => {
      const take = async (layout?: string) => {
        const { seen, accepted, duplicates, quarantined } = await importFiles(app, {
          channel: "legacy-scan",
          paths: [path],
          layout,
        });
        return [seen, accepted, duplicates, quarantined];
      };
      const [seen = 0, , , setAside] = await take("postnl-scan-fixed");
      expect(setAside).toBe(seen);
      expect(seen).toBeGreaterThan(0);

      await take("postnl-scan-csv");
      expect(await app.store.feeds.quarantined(10)).toEqual([]);
      const { report } = await reconcileStore(app);
      expect(report.tieOut.rows).toMatchObject({ accepted: 2, quarantined: 0 });
      expect(report.tieOut.difference).toBe(0);

      expect(await take("postnl-scan-csv")).toEqual([2, 0, 2, 0]);
    }));

  it("finds the raw content of what was imported as the wrong channel before", () =>
    withMemoryApp(async (app) => {
      const deliveries = join(folder, "deliveries.jsonl");
      writeFileSync(deliveries, `{"receivedAt":"${RECEIVED_AT}","deliveryId":"d1","body":${BODY}}\n`);
      const wrong = await importFiles(app, { channel: "status-api", paths: [deliveries] });
      expect(wrong).toMatchObject({ seen: 1, quarantined: 1 });
      await importFiles(app, { channel: "webhook", paths: [deliveries] });
      const trace = await traceParcel(app, parcelOf(1), { withRaw: true });
      expect(trace?.observations.map(({ raw }) => raw)).toEqual([BODY]);
    }));

  it("tells how far it is, up to the last byte", () =>
    withMemoryApp(async (app) => {
      const told: number[] = [];
      await importFiles(app, {
        channel: "legacy-scan",
        paths: [path],
        onProgress: ({ doneBytes, totalBytes }) => told.push(doneBytes / totalBytes),
      });
      expect(told.at(-1)).toBe(1);
      expect(told).toEqual(told.toSorted((a, b) => a - b));
    }));
});
