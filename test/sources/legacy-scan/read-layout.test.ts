import { copyFile, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import { LAYOUTS_FOLDER, parseLayout, readLayout } from "../../../src/sources/legacy-scan/read-layout.ts";
import { timeOf } from "../../support/observations.ts";
import { readScanBytes, withFolder } from "../../support/scan-files.ts";

const SHIPPED = ["dpd-scaninfo", "postnl-scan-csv", "postnl-scan-fixed", "postnl-scan-xml"];

/** A layout that no shipped one resembles: another delimiter, quotes, remarks, dates apart, minutes, two codes, a filter. */
const FIFTH = `
format: delimited
encoding: windows-1252
delimiter: ","
quote: '"'
header: false
trailingDelimiter: false
comment: "--"
raggedRows: pad
trailer: { line: "END {rows} rows", required: true }
columns: [DAY, CLOCK, PARCEL, KIND, REASON, ORDER]
fields: { barcode: PARCEL, code: [KIND, REASON], time: [DAY, CLOCK], reference: ORDER }
only: [{ column: KIND, values: ["E", "Z"] }]
time: { pattern: dd.MM.yy HH:mm, zone: Europe/Berlin, precision: minutes }
fileName: scans-{word}.txt
complete: { by: semaphore, suffix: .ok }
`;

describe("readLayout", () => {
  it.each(SHIPPED)("reads %s, which comes with the program", async (name) => {
    expect((await readLayout(name)).name).toBe(name);
  });

  it("ships no other file, and each says first what it is and where it is from", async () => {
    expect((await readdir(LAYOUTS_FOLDER)).toSorted()).toEqual(SHIPPED.map((name) => `${name}.yml`));
    for (const name of SHIPPED) {
      expect(await readFile(join(LAYOUTS_FOLDER, `${name}.yml`), "utf8")).toMatch(/^# [\s\S]*https:\/\//);
    }
  });

  it("takes a fifth layout from a file alone, by path or by name", () =>
    withFolder(async (folder) => {
      await writeFile(join(folder, "night-courier.yml"), FIFTH);
      await copyFile(join(folder, "night-courier.yml"), join(folder, "Other name.yaml"));
      const layout = await readLayout("night-courier", folder);
      expect(layout.name).toBe("night-courier");
      expect((await readLayout(join(folder, "Other name.yaml"))).name).toBe("Other name");
      const lines = [
        "-- a remark",
        '07.03.26,23:22,NC00000001,E,017,"ORDER, 1"',
        "07.03.26,23:23,NC00000002,Z",
        "07.03.26,23:24,NC00000003,X,,not wanted",
        "07.03.26,23:25,NC00000004,E,,ORDER,too many",
        "END 4 rows",
      ];
      const { observations, refused, file } = await readScanBytes(lines.join("\n"), layout, "scans-a.txt", 5);
      expect(refused).toEqual(["5 ROW_RAGGED"]);
      expect(file.arrival.receivedAt).toBe(5);
      expect(
        observations.map(({ barcode, code, at, precisionMs, line, details: { reference } }) => {
          return { barcode, code, at, precisionMs, line, reference };
        }),
      ).toEqual([
        {
          barcode: "NC00000001",
          code: "E-017",
          at: timeOf("2026-03-07T22:22:00Z"),
          precisionMs: 60_000,
          line: 2,
          reference: "ORDER, 1",
        },
        {
          barcode: "NC00000002",
          code: "Z",
          at: timeOf("2026-03-07T22:23:00Z"),
          precisionMs: 60_000,
          line: 3,
          reference: null,
        },
      ]);
    }));

  it("names a layout that is not there", async () => {
    await expect(readLayout("no-such-layout")).rejects.toThrow(UsageError);
    await expect(readLayout("no-such-layout")).rejects.toThrow(/'no-such-layout'/);
    await expect(readLayout("../no/such.yml")).rejects.toThrow(UsageError);
  });
});

describe("parseLayout", () => {
  const broken = (from: string | RegExp, to: string): (() => unknown) => {
    const text = FIFTH.replace(from, to);
    expect(text).not.toBe(FIFTH);
    return () => parseLayout(text, "layouts/fifth.yml");
  };

  it.each([
    ["a setting that does not exist", "quote: '\"'", "quotes: '\"'", /^layouts\/fifth\.yml line 5: 'quotes'/],
    ["one within a setting", "precision:", "precission:", /^layouts\/fifth\.yml line 14: 'time\.prec/],
    ["one within a list", "values:", "vals:", /^layouts\/fifth\.yml line 13: 'only\.0\.va/],
    [
      "one within a choice",
      "suffix: .ok",
      "suffix: .ok, polls: 3",
      /^layouts\/fifth\.yml line 16: 'complete\.polls'/,
    ],
    ["an encoding nobody knows", "windows-1252", "ebcdic", /^layouts\/fifth\.yml line 3: 'encoding'/],
    ["a format nobody knows", "format: delimited", "format: json", /line 2: 'format'/],
    ["a delimiter of two characters", '","', '"||"', /line 4: 'delimiter'/],
    ["a letter as delimiter", '","', "x", /line 4: 'delimiter'/],
    ["a delimiter of another script", '","', '"¦"', /line 4: 'delimiter'/],
    ["a field in no column", "reference: ORDER", "reference: ORDRE", /line 12: 'fields\.reference'.*'ORDRE'/],
    ["a filter on no column", "column: KIND", "column: KINDS", /line 13: 'only\.0\.column'/],
    ["a column named twice", "REASON, ORDER]", "REASON, DAY]", /line 11: 'columns\.5'.*'DAY'/],
    ["a pattern that says too little", "dd.MM.yy HH:mm", "dd.MM HH:mm", /line 14: 'time\.pattern'.*year/],
    ["more precision than the pattern has", "precision: minutes", "precision: seconds", /'time\.precision'/],
    ["a zone nobody knows", "Europe/Berlin", "Europe/Bonn", /line 14: 'time\.zone'/],
    ["a trailer without a number", "END {rows} rows", "END", /line 10: 'trailer\.line'/],
    ["a name pattern nobody knows", "{word}", "{wrd}", /line 15: 'fileName'.*\{wrd\}/],
    [
      "a personal field",
      "only:",
      "personal: [ORDER]\nonly:",
      /line 12: 'fields\.reference'.*'ORDER' is personal/,
    ],
    ["a number where a text is meant", '["E", "Z"]', "[01, 02]", /line 13: 'only\.0\.values\.0'/],
    ["records beside a header", "header: false", "header: true\nrecords: { kindAt: 1, row: E }", /'records'/],
    ["a missing setting", /^time:.*\n/m, "", /'time'/],
    ["a key twice", "header: false", "header: false\nheader: true", /^layouts\/fifth\.yml line 7: /],
    ["no YAML", "format: delimited", "format: [", /^layouts\/fifth\.yml line [0-9]+: .*→ YAML →/],
    ["an empty file", /^[\s\S]*$/, "", /^layouts\/fifth\.yml line 1: the file/],
  ])("refuses %s, and says where", (_what, from, to, expected) => {
    expect(broken(from, to)).toThrow(UsageError);
    expect(broken(from, to)).toThrow(expected);
  });
});
