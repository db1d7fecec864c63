import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { importFiles } from "../../src/app/import-files.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import { withMemoryApp } from "../support/apps.ts";
import { aScanRow } from "../support/intakes.ts";
import { CSV_HEADER } from "../support/scan-files.ts";

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
