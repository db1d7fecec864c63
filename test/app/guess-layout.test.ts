import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guessScanLayout } from "../../src/app/guess-layout.ts";
import { readConfig } from "../../src/config.ts";
import { UsageError } from "../../src/domain/errors.ts";
import type { Observation } from "../../src/domain/observation.ts";
import { DETAIL_FIELDS } from "../../src/domain/observation.ts";
import type { LayoutGuessReport } from "../../src/report/layout-guess.ts";
import { renderLayoutGuessText } from "../../src/report/render-guess-text.ts";
import { LANGS } from "../../src/report/texts.ts";
import type { Layout } from "../../src/sources/legacy-scan/layout.ts";
import { parseLayout, readLayout } from "../../src/sources/legacy-scan/read-layout.ts";
import { FEEDS, type Feed } from "../support/scan-dialects.ts";
import { barcodeOf, readScanFile, withFolder } from "../support/scan-files.ts";
import { listSchemaErrors } from "../support/schemas.ts";

const config = readConfig(undefined);
/** So many files, the largest, are shown to the guess; it is held against all. */
const SHOWN = 3;

const toYaml = ({ parts }: LayoutGuessReport): string => parts.map(({ yaml }) => yaml).join("");
const listUnsure = ({ decisions }: LayoutGuessReport): string[] =>
  decisions.filter(({ confidence }) => confidence === "unsure").map(({ about }) => about);
const findDecision = ({ decisions }: LayoutGuessReport, about: string) =>
  decisions.find((decision) => decision.about === about);

async function save(folder: string, { files }: Pick<Feed, "files">): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    files.map(async ({ name, bytes }) => {
      const path = join(folder, name);
      await writeFile(path, bytes);
      return path;
    }),
  );
}

function listLargest(folder: string, { files }: Feed): string[] {
  const sorted = files.toSorted((a, b) => b.bytes.length - a.bytes.length);
  return sorted.slice(0, SHOWN).map(({ name }) => join(folder, name));
}

/** What both layouts make of the same files: rows read by the true one, and how many of them the guess reads alike. */
async function compare(paths: readonly string[], truth: Layout, guess: Layout) {
  const said = (one: Observation | undefined): unknown =>
    one && [one.barcode, one.code, one.at, one.laterAt, one.nonexistentTime, one.precisionMs];
  const differing = new Set<string>();
  let [rows, alike, guessed] = [0, 0, 0];
  for (const path of paths) {
    const expected = await readScanFile(path, truth, "scans", 0);
    const found = await readScanFile(path, guess, "scans", 0);
    const byLine = new Map(found.observations.map((one) => [`${one.line} ${one.barcode}`, one]));
    rows += expected.observations.length;
    guessed += found.observations.length;
    for (const one of expected.observations) {
      const other = byLine.get(`${one.line} ${one.barcode}`);
      if (JSON.stringify(said(one)) === JSON.stringify(said(other))) alike += 1;
      for (const field of DETAIL_FIELDS) {
        if (one.details[field] !== other?.details[field]) differing.add(`fields.${field}`);
      }
    }
  }
  return { rows, alike, guessed, differing: [...differing] };
}

const truthOf = (layout: string): Promise<Layout> | Layout =>
  layout.includes("\n") ? parseLayout(layout, "true.yml") : readLayout(layout);

/** What the guess is not sure of, and which shipped layout reads the files, too. */
const EXPECTED: Readonly<Record<string, { readonly unsure: string[]; readonly shipped: string[] }>> = {
  "postnl-scan-csv": { unsure: [], shipped: ["postnl-scan-csv"] },
  "postnl-scan-fixed": { unsure: [], shipped: ["postnl-scan-fixed"] },
  "postnl-scan-xml": { unsure: [], shipped: ["postnl-scan-xml"] },
  "dpd-scaninfo": { unsure: [], shipped: ["dpd-scaninfo"] },
};

describe("guessScanLayout, feeds of a generated world", () => {
  it.each(FEEDS)("reads every row as the true layout does: $name", (feed) =>
    withFolder(async (folder) => {
      const paths = await save(folder, feed);
      const report = await guessScanLayout(config, listLargest(folder, feed));
      const guess = parseLayout(toYaml(report), "guessed.yml");
      const { rows, alike, guessed, differing } = await compare(paths, await truthOf(feed.layout), guess);
      expect(rows).toBeGreaterThan(500);
      const { unsure = [], shipped = [] } = EXPECTED[feed.name] ?? {};
      expect({ alike, guessed, differing }).toEqual({ alike: rows, guessed: rows, differing: [] });
      expect(listUnsure(report)).toEqual(unsure);
      expect(report.shipped.map(({ layout }) => layout)).toEqual(shipped);
      expect(report.proof).toMatchObject({ quarantined: 0 });
      expect(report.isSettled).toBe(true);
      // What is printed is the same layout, remarks and all.
      for (const lang of LANGS) {
        const text = renderLayoutGuessText(report, lang);
        expect(JSON.stringify(parseLayout(text, "guessed.yml"))).toBe(JSON.stringify(guess));
        expect(text.split("\n").filter((line) => line.startsWith("# ")).length).toBeGreaterThan(10);
      }
      expect(listSchemaErrors("layout-guess", JSON.parse(JSON.stringify(report)))).toEqual([]);
    }),
  );

  it("would show a guess that is wrong", () =>
    withFolder(async (folder) => {
      const feed = FEEDS.find(({ name }) => name.startsWith("month first"))!;
      const paths = await save(folder, feed);
      const truth = await truthOf(feed.layout);
      const wrong = parseLayout(feed.layout.replace("MM/dd/yyyy", "dd/MM/yyyy"), "wrong.yml");
      const swapped = parseLayout(
        feed.layout.replace("reference: Reference", "location: Reference"),
        "wrong.yml",
      );
      const { rows, alike } = await compare(paths, truth, wrong);
      expect(alike).toBeLessThan(rows / 2);
      expect((await compare(paths, truth, swapped)).differing).toEqual([
        "fields.reference",
        "fields.location",
      ]);
    }));
});

describe("guessScanLayout, what a file cannot say", () => {
  const guess = (name: string, lines: readonly string[], end = "\n"): Promise<LayoutGuessReport> =>
    withFolder(async (folder) => {
      const path = join(folder, name);
      await writeFile(path, lines.map((line) => line + end).join(""));
      return guessScanLayout(config, [path]);
    });
  const numbers = Array.from({ length: 40 }, (_, n) => n);
  const code = (n: number): string => ["J01", "B01", "I01", "01A"][n % 4] ?? "";
  const clock = (n: number): string =>
    `${String(n % 24).padStart(2, "0")}:${String((n * 7) % 60).padStart(2, "0")}:01`;

  it("says that day and month may be the other way round", async () => {
    const lines = numbers.map((n) => `${barcodeOf(n)};${code(n)};05/03/2026 ${clock(n)}`);
    const report = await guess("scans.csv", ["Barcode;Code;Time", ...lines]);
    expect(findDecision(report, "time.pattern")).toMatchObject({
      value: "dd/MM/yyyy HH:mm:ss",
      confidence: "unsure",
      values: { other: "MM/dd/yyyy HH:mm:ss" },
    });
    expect([report.isSettled, report.proof?.quarantined]).toEqual([false, 0]);
  });

  it("goes by a day above 12, and by the time in the file's name", async () => {
    const on = (date: string) => numbers.map((n) => `${barcodeOf(n)};${code(n)};${date} ${clock(n)}`);
    const certain = await guess("scans.csv", ["Barcode;Code;Time", ...on("03/25/2026")]);
    expect(findDecision(certain, "time.pattern")).toMatchObject({
      value: "MM/dd/yyyy HH:mm:ss",
      confidence: "sure",
    });
    const named = await guess("scans_20260304_120000.csv", ["Barcode;Code;Time", ...on("03/04/2026")]);
    expect(findDecision(named, "time.pattern")).toMatchObject({
      value: "MM/dd/yyyy HH:mm:ss",
      confidence: "likely",
      reason: "timesNotLater",
    });
  });

  it("says that two columns may be the barcode", async () => {
    const lines = numbers.map(
      (n) => `${barcodeOf(n)}|${barcodeOf(n + 500)}|${code(n)}|2026-03-25 ${clock(n)}`,
    );
    expect(listUnsure(await guess("scans.txt", lines))).toContain("fields.barcode");
  });

  it("says that codes outside the table may be something else", async () => {
    const lines = numbers.map((n) => `0521234567${1000 + n}|${10 + (n % 7)}|2026-03-25 ${clock(n)}`);
    const report = await guess("scans.txt", lines);
    expect(listUnsure(report)).toEqual(["fields.barcode", "fields.code"]);
  });

  it("says that digits without a gap may be several columns", async () => {
    const lines = numbers.map(
      (n) =>
        `20260325${clock(n).replaceAll(":", "")}${code(n)}${barcodeOf(n)}  ${161100 + n * 3}${11_223_344 + n * 7}`,
    );
    expect(listUnsure(await guess("scans.txt", lines))).toContain("columns");
  });

  it("says that a last line is no row and cannot be understood, and that its file is not read whole", async () => {
    const lines = numbers.map((n) => `${barcodeOf(n)};${code(n)};25-03-2026 ${clock(n)}`);
    const report = await guess("scans.csv", ["Barcode;Code;Time", ...lines, "END;99999"]);
    expect(listUnsure(report)).toEqual(["trailer"]);
    expect(report.proof).toMatchObject({ accepted: 40, quarantined: 1 });
  });

  it("says that rows with fewer columns may be damage, and reads them only where they are many", async () => {
    const lines = (every: number) =>
      numbers.map((n) => `${barcodeOf(n)};${code(n)};25-03-2026 ${clock(n)}${n % every === 0 ? "" : ";X;Y"}`);
    const header = "Barcode;Code;Time;A;B";
    const some = await guess("scans.csv", [header, ...lines(10)]);
    expect([findDecision(some, "raggedRows")?.value, some.proof?.quarantined]).toEqual([null, 4]);
    const many = await guess("scans.csv", [header, ...lines(3)]);
    expect([findDecision(many, "raggedRows")?.value, many.proof?.quarantined]).toEqual(["pad", 0]);
    expect([listUnsure(some), listUnsure(many)]).toEqual([["raggedRows"], ["delimiter", "raggedRows"]]);
  });

  it("takes minutes for the unit where every second is zero, and a zone column for the zone", async () => {
    const zones = ["Europe/London", "Europe/Amsterdam"];
    const lines = numbers.map(
      (n) => `${barcodeOf(n)},${code(n)},2026-03-25 ${clock(n).slice(0, 5)}:00,${zones[n % 2]}`,
    );
    const report = await guess("scans.csv", ["tracking_number,event_code,event_time,time_zone", ...lines]);
    expect(findDecision(report, "time.precision")).toMatchObject({
      value: "minutes",
      reason: "secondsAlwaysZero",
    });
    expect(parseLayout(toYaml(report), "guessed.yml").time).toMatchObject({
      zoneColumn: "time_zone",
      precision: "minutes",
    });
  });

  it("shows and keeps nothing of columns about people", async () => {
    const lines = numbers.map(
      (n) => `${barcodeOf(n)};Jan de Vries;${code(n)};25-03-2026 ${clock(n)};1234 AB`,
    );
    const named = await guess("scans.csv", ["Barcode;Ontvanger;Waarneming;Tijdstip;Postcode", ...lines]);
    expect(parseLayout(toYaml(named), "guessed.yml").personal).toEqual(["Ontvanger", "Postcode"]);
    const unnamed = await guess("scans.csv", lines);
    expect(findDecision(unnamed, "personal")).toMatchObject({ value: "Column2", confidence: "unsure" });
    for (const report of [named, unnamed]) {
      expect(renderLayoutGuessText(report, "en") + JSON.stringify(report)).not.toMatch(/Vries|1234 AB/);
    }
  });

  it.each([
    ["nothing", []],
    ["prose", ["This is no scan file.", "It has several lines, and commas, too.", "None of them is a row."]],
    ["rows without times", numbers.map((n) => `${barcodeOf(n)};${code(n)};depot`)],
    ["XML of something else", ["<a><b>1</b></a>"]],
  ])("proposes nothing for %s", async (_what, lines) => {
    await expect(guess("scans.csv", lines)).rejects.toThrow(UsageError);
  });

  it("ends in a proposal that is a layout, or in a usage error, whatever a file holds", () =>
    withFolder(async (folder) => {
      const contents = FEEDS.map(
        ({ files }) => files.find(({ bytes }) => bytes.length < 3000)?.bytes ?? Buffer.of(),
      );
      const noise = fc.oneof(
        fc.uint8Array({ maxLength: 12 }),
        fc
          .constantFrom(";", "|", "\n", "\r\n\r\n", '"', "<scan>", "</", "2026-03-07", "#", "\t", "{", "*")
          .map((text) => Buffer.from(text)),
      );
      const edit = fc.tuple(fc.nat(3000), fc.nat(40), noise);
      const path = join(folder, "scans_20260308_060359.txt");
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...contents),
          fc.array(edit, { maxLength: 6 }),
          async (content, edits) => {
            let changed: Buffer = content;
            for (const [at, removed, added] of edits)
              changed = Buffer.concat([changed.subarray(0, at), added, changed.subarray(at + removed)]);
            await writeFile(path, changed);
            try {
              const report = await guessScanLayout(config, [path]);
              expect(parseLayout(renderLayoutGuessText(report, "nl"), "guessed.yml").name).toBe("guessed");
            } catch (error) {
              if (!(error instanceof UsageError) || error.complaint.place.startsWith("guessed")) throw error;
            }
          },
        ),
        { numRuns: 60 },
      );
    }));

  it("looks at the first megabytes of a large file only, and says so", () =>
    withFolder(async (folder) => {
      const path = join(folder, "scans.csv");
      const row = (n: number): string => `${barcodeOf(n)};${code(n)};25-03-2026 ${clock(n)}\n`;
      await writeFile(
        path,
        `Barcode;Code;Time\n${Array.from({ length: 110_000 }, (_, n) => row(n)).join("")}`,
      );
      // Behind the sample nothing is known: what differs there shows in the proof.
      await appendFile(path, "x;y\n");
      const { isWhole, proof, isSettled, ...rest } = await guessScanLayout(config, [path]);
      expect([isWhole, proof?.accepted, proof?.quarantined, isSettled]).toEqual([false, 110_000, 1, false]);
      expect(listUnsure({ isWhole, proof, isSettled, ...rest })).toEqual([]);
    }));
});
