import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Layout } from "../../../src/sources/legacy-scan/layout.ts";
import { LAYOUTS_FOLDER, parseLayout, readLayout } from "../../../src/sources/legacy-scan/read-layout.ts";
import { aCsvRow, CSV_HEADER, type ReadFile, readScanFile, withFolder } from "../../support/scan-files.ts";

const fixture = (name: string): Promise<Buffer> =>
  readFile(fileURLToPath(new URL(`../../fixtures/layouts/${name}`, import.meta.url)));

const csv = await readLayout("postnl-scan-csv");
const fixed = await readLayout("postnl-scan-fixed");
const xml = await readLayout("postnl-scan-xml");
const dpd = await readLayout("dpd-scaninfo");
const quoted = parseLayout(
  (await readFile(join(LAYOUTS_FOLDER, "postnl-scan-csv.yml"), "utf8")).replace(
    'delimiter: ";"',
    `delimiter: ";"\nquote: '"'`,
  ),
  "postnl-scan-quoted.yml",
);
const strict = parseLayout(
  (await readFile(join(LAYOUTS_FOLDER, "postnl-scan-csv.yml"), "utf8")).replace(
    "required: false",
    "required: true",
  ),
  "postnl-scan-strict.yml",
);

/** Every means of the language that the shipped layouts leave out. */
const zoned = parseLayout(
  `{ format: delimited, encoding: windows-1252, delimiter: ",", quote: "'", header: false, trailingDelimiter: true,
     comment: "--", raggedRows: pad, finalLineEnd: required, columns: [P, C, D, T, Z, R, N],
     fields: { barcode: P, code: C, time: [D, T], reference: R }, personal: [N],
     time: { pattern: "dd.MM.yy HH:mm[:ss][XXX]", zone: Europe/Amsterdam, precision: minutes, zoneColumn: Z,
             zones: { BST: "+01:00" }, blankDigits: true },
     complete: { by: semaphore, suffix: .ok } }`,
  "zoned.yml",
);

/**
 * How many mutated files of each case are read. For a long run set it in the
 * environment: FUZZ_RUNS=100000.
 */
const RUNS = Number(process.env.FUZZ_RUNS ?? 300);
const timeout = Math.max(60_000, RUNS * 20);

const CASES: readonly (readonly [name: string, layout: Layout, sample: string])[] = [
  ["postnl-scan-csv", csv, "TT_11223344_20260308_060359_002.csv"],
  ["postnl-scan-csv with quotes", quoted, "TT_11223344_20260308_060359_002.csv"],
  ["postnl-scan-csv with a trailer that must be there", strict, "TT_11223344_20260308_060359_002.csv"],
  ["postnl-scan-fixed", fixed, "TT_11223344_20260308_060359_002.txt"],
  ["postnl-scan-xml", xml, "TT_11223344_20260308_060359_002.xml"],
  ["dpd-scaninfo", dpd, "SCANINFO_BE0000_D20250117T133125_123456"],
  ["zones, quotes and padding", zoned, "zoned.txt"],
];

/** Counts a file's rows in the plainest way there is. A file without any may be refused as one. */
function countRows(content: Uint8Array, layout: Layout): number {
  const text = Buffer.from(content).toString("latin1").replace(/^ï»¿/, "");
  if (layout.format === "xml") return text.split(/<(?:[\w.-]+:)?Observation(?=[\s/>])/).length - 1;
  const trailer = layout.trailer === undefined ? undefined : "#EOF;";
  const { comment } = layout;
  const lines = text
    .split("\n")
    .filter((line) => line.trim() !== "" && (comment === undefined || !line.startsWith(comment)));
  const rows = lines.filter((line) => trailer === undefined || !line.startsWith(trailer));
  return layout.format === "delimited" && layout.header ? Math.max(rows.length - 1, 0) : rows.length;
}

/** Lends a reader of contents that uses one file again and again. */
function withReader<Result>(
  layout: Layout,
  use: (read: (content: Uint8Array) => Promise<ReadFile>) => Promise<Result>,
): Promise<Result> {
  return withFolder((folder) => {
    const path = join(folder, "content");
    return use(async (content) => {
      await writeFile(path, content);
      return readScanFile(path, layout);
    });
  });
}

function expectAccounted(content: Uint8Array, layout: Layout, { seen, quarantined }: ReadFile): void {
  const rows = countRows(content, layout);
  if (rows === 0) expect(seen).toBeLessThanOrEqual(1);
  else expect(seen).toBe(rows);
  for (const { line, message, raw, code } of quarantined) {
    expect(line).toBeGreaterThan(0);
    expect(code).toMatch(/^[A-Z0-9_]+$/);
    expect(message).toMatch(/^scans line [0-9]+: .* → .* → ./);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may get through
    expect(raw + message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  }
}

describe.each(CASES)("openScanFile, %s", (_name, layout, sample) => {
  it("accounts for every row of any bytes", { timeout }, () =>
    withReader(layout, (read) =>
      fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (content) => {
          expectAccounted(content, layout, await read(content));
        }),
        { numRuns: Math.ceil(RUNS / 4) },
      ),
    ),
  );

  it("accounts for every row of a sample in which pieces were replaced, removed, moved or repeated", {
    timeout,
  }, async () => {
    const content = await fixture(sample);
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 8 }),
      fc
        .constantFrom(
          ";",
          '"',
          "\n",
          "\r",
          "\r\n",
          "\0",
          "\ufeff",
          "é",
          "<",
          ">",
          "&",
          "]]>",
          "<Observation>",
          "#EOF;",
          ",",
          "'",
          "--",
          " ",
          "+25:00",
          "Europe/London",
        )
        .map((text) => Buffer.from(text)),
    );
    const place = fc.integer({ min: 0, max: content.length });
    const edits = fc.array(fc.tuple(place, fc.integer({ min: 0, max: 60 }), place, noise), {
      minLength: 1,
      maxLength: 4,
    });
    await withReader(layout, (read) =>
      fc.assert(
        fc.asyncProperty(edits, async (changes) => {
          let changed: Buffer = content;
          for (const [at, removed, from, added] of changes) {
            const moved = changed.subarray(from, from + (removed % 7) * 10);
            changed = Buffer.concat([changed.subarray(0, at), added, moved, changed.subarray(at + removed)]);
          }
          // A remark or a CDATA section may hide rows from a parser, and from no count of tags.
          fc.pre(
            !/<!\[CDATA\[(?!ORDER <2>\]\])|<!--(?! <Observation\/> in a remark is none -->)/.test(
              changed.toString(),
            ),
          );
          const result = await read(changed);
          if (layout.format === "xml" && !/^(XML|ENCODING)_/.test(result.quarantined[0]?.code ?? "")) {
            // Nor is a tag in a remark or a processing instruction one.
            const text = changed.toString("latin1").replace(/<!--.*?-->|<\?.*?\?>/gs, "");
            const visible = Buffer.from(text, "latin1");
            expectAccounted(visible, layout, result);
          } else {
            expectAccounted(changed, layout, result);
          }
        }),
        { numRuns: RUNS },
      ),
    );
  });
});

describe("openScanFile, one damaged row", () => {
  it.each([
    ["postnl-scan-csv", csv],
    ["postnl-scan-csv with quotes", quoted],
  ])("costs no other row of %s", (_name, layout) => {
    const damage = fc
      .array(fc.constantFrom("a", ";", '"', '";', ';"', "é", "\0", "\r", " ", "\ufeff"), { maxLength: 10 })
      .map((pieces) => pieces.join(""));
    return withReader(layout, (read) =>
      fc.assert(
        fc.asyncProperty(
          damage,
          fc.integer({ min: 0, max: 80 }),
          fc.boolean(),
          async (text, at, isBinary) => {
            const row = aCsvRow(3);
            const damaged = row.slice(0, at) + text + row.slice(at);
            const lines = [CSV_HEADER, aCsvRow(1), aCsvRow(2), damaged, aCsvRow(4), aCsvRow(5), "#EOF;5"];
            const { observations, seen } = await read(
              Buffer.from(lines.join("\n"), isBinary ? "latin1" : "utf8"),
            );
            expect(seen).toBe(5);
            expect(observations.filter(({ line }) => line !== 4).map(({ line }) => line)).toEqual([
              2, 3, 5, 6,
            ]);
          },
        ),
      ),
    );
  });
});
