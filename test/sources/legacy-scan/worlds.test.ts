import { readdir, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { readLayout } from "../../../src/sources/legacy-scan/read-layout.ts";
import { readScanFile } from "../../support/scan-files.ts";
import { describeWithShared, sharedFolder } from "../../support/shared.ts";

describeWithShared("the scan files of the sample worlds", () => {
  it.each(["clean-1", "public-1"])(
    "have as many rows, repeats and quarantined rows as %s says",
    async (world) => {
      const layout = await readLayout("postnl-scan-csv");
      const folder = `${sharedFolder}worlds/${world}/`;
      const truth = JSON.parse(await readFile(`${folder}truth.json`, "utf8"));
      const identities = new Set<string>();
      let [seen, quarantinedRows] = [0, 0];
      for (const name of (await readdir(`${folder}legacy-scan`)).toSorted()) {
        const { observations, quarantined } = await readScanFile(
          `${folder}legacy-scan/${name}`,
          layout,
          name,
        );
        const parts = /_([0-9]{4})([0-9]{2})([0-9]{2})_([0-9]{2})([0-9]{2})([0-9]{2})_/.exec(name)!;
        const [, year, month, day, hour, minute, second] = parts;
        const sent = Temporal.Instant.from(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
        for (const { identity, receivedAt, at } of observations) {
          identities.add(identity);
          if (receivedAt !== sent.epochMilliseconds || at > receivedAt)
            throw new Error(`${name}: wrong times`);
        }
        seen += observations.length + quarantined.length;
        quarantinedRows += quarantined.length;
      }
      expect({
        seen,
        accepted: identities.size,
        duplicates: seen - identities.size - quarantinedRows,
        quarantined: quarantinedRows,
      }).toEqual(truth.counts["legacy-scan"]);
    },
  );
});
