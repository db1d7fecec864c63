import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLedger } from "../../../src/app/feeds/file-ledger.ts";
import { takeInFile, toLayoutFingerprint } from "../../../src/app/feeds/take-in-file.ts";
import { readLayout } from "../../../src/sources/legacy-scan/read-layout.ts";
import { withMemoryApp } from "../../support/apps.ts";
import { aScanContent, aScanName, makeFolder, NOW } from "../../support/scan-feeds.ts";
import { hashOf } from "../../support/store-rows.ts";

const layout = await readLayout("postnl-scan-csv");
const FEED = "scan-files a";
const SEQUENCES = Number(process.env.TRACKBRIDGE_SEQUENCES ?? 60);

/** A file as the carrier puts it: one of few names, one of few contents, at a moment. */
const aPut = fc.record({
  name: fc.constantFrom(...["000359", "060359", "120359"].map((time) => aScanName(time))),
  parcels: fc.subarray([1, 2, 3], { minLength: 0 }),
  second: fc.integer({ min: 0, max: 3 }),
});

describe("the ledger, with any sequence of files that are sent, sent again and corrected", () => {
  it(`does as a model does (property, ${SEQUENCES} sequences)`, {
    timeout: 60_000 + 200 * SEQUENCES,
  }, async () => {
    const path = join(makeFolder(), "fetched.scan");
    await fc.assert(
      fc.asyncProperty(fc.array(aPut, { minLength: 1, maxLength: 8 }), (puts) =>
        withMemoryApp(async ({ store }) => {
          /** By name, the versions' hashes; and the rows of all files that ever came. */
          const model = new Map<string, { hash: string; modifiedAt: number }[]>();
          const firstNames = new Map<string, string>();
          const rows = new Set<number>();
          for (const [n, { name, parcels, second }] of puts.entries()) {
            const content = aScanContent(...parcels);
            const [hash, modifiedAt] = [hashOf(content), NOW + second * 1000];
            const versions = model.get(name) ?? [];
            const latest = versions.at(-1);
            // A ledger that is read anew, as after a restart.
            const ledger = await readLedger(store.feedStates, FEED);
            const listed = { name, sizeBytes: content.length, modifiedAt };
            const isKnown = ledger.isKnown(listed, toLayoutFingerprint(layout));
            // What has neither another size nor another time is not looked at again.
            const before = latest && {
              size: ledger.entries().findLast((entry) => entry.name === name)?.sizeBytes,
            };
            expect(isKnown).toBe(latest?.modifiedAt === modifiedAt && before?.size === content.length);
            if (isKnown) continue;

            await writeFile(path, content);
            const fetched = {
              remoteName: name,
              localPath: path,
              sizeBytes: content.length,
              modifiedAt,
              hash,
            };
            const { entry, tally } = await takeInFile(store, ledger, layout, fetched, NOW + 10_000 + n);
            const fresh = parcels.filter((parcel) => !rows.has(parcel));
            expect(tally).toMatchObject({ seen: parcels.length, accepted: fresh.length, quarantined: 0 });
            for (const parcel of parcels) rows.add(parcel);
            if (latest?.hash === hash) versions.splice(-1, 1, { hash, modifiedAt });
            else versions.push({ hash, modifiedAt });
            model.set(name, versions);
            expect(entry).toMatchObject({
              version: versions.length,
              supersedes: versions.at(-2)?.hash ?? null,
            });
            const first = firstNames.get(hash) ?? name;
            firstNames.set(hash, first);
            if (latest?.hash !== hash) expect(entry.sameAs).toBe(first === name ? null : first);
          }
          const entries = (await readLedger(store.feedStates, FEED)).entries();
          expect(entries.map(({ name, version, hash }) => `${name} ${version} ${hash}`).sort()).toEqual(
            [...model].flatMap(([name, all]) => all.map(({ hash }, i) => `${name} ${i + 1} ${hash}`)).sort(),
          );
          const books = (await store.feeds.books()).find(({ channel }) => channel === "legacy-scan");
          expect(books?.accepted ?? 0).toBe(rows.size);
        }, NOW),
      ),
      { numRuns: SEQUENCES },
    );
  });
});
