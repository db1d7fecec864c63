import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Layout } from "../../../src/sources/legacy-scan/layout.ts";
import { readLayout } from "../../../src/sources/legacy-scan/read-layout.ts";
import { FEEDS } from "../../support/scan-dialects.ts";
import type { ReadFile } from "../../support/scan-files.ts";
import { aCsvRow, CSV_HEADER, readScanFile, withFolder } from "../../support/scan-files.ts";

/** What a cut file looks like: something is set aside, something is noted, or nothing. */
type Notice = "set-aside" | "noted" | "silent";

const csv = await readLayout("postnl-scan-csv");
const fixed = await readLayout("postnl-scan-fixed");
const xml = await readLayout("postnl-scan-xml");
const dpd = await readLayout("dpd-scaninfo");

const toNotice = ({ quarantined, file }: ReadFile): Notice =>
  quarantined.length > 0 ? "set-aside" : file.notes.length > 0 ? "noted" : "silent";

/** So many cuts are read at the same time, each in a file of its own. */
const LANES = 8;

interface Cuts {
  /** How many bytes each kind of notice was given for. */
  readonly lengths: Readonly<Record<Notice, readonly number[]>>;
  /** How many rows were read, by the number of bytes. */
  readonly observations: readonly number[];
}

/** Reads every beginning of a file but the whole. */
async function cutEverywhere(content: Buffer, layout: Layout): Promise<Cuts> {
  const notices: Notice[] = [];
  const observations: number[] = [];
  await withFolder(async (folder) => {
    const readCut = async (lane: number, length: number): Promise<ReadFile> => {
      const path = join(folder, `content-${lane}`);
      await writeFile(path, content.subarray(0, length));
      return readScanFile(path, layout);
    };
    const readLane = async (lane: number): Promise<void> => {
      for (let length = lane; length < content.length; length += LANES) {
        const file = await readCut(lane, length);
        notices[length] = toNotice(file);
        observations[length] = file.observations.length;
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, lane) => readLane(lane)));
    // The control: what is said of a cut file is not said of the whole.
    expect(toNotice(await readCut(0, content.length))).toBe("silent");
  });
  const lengthsOf = (wanted: Notice): number[] =>
    [...notices.keys()].filter((length) => notices[length] === wanted);
  return {
    lengths: { "set-aside": lengthsOf("set-aside"), noted: lengthsOf("noted"), silent: lengthsOf("silent") },
    observations,
  };
}

/** The lengths at which a file is cut exactly behind a line end. */
function listLineEnds(content: Buffer): number[] {
  return [...content.keys()].filter((at) => content[at - 1] === 0x0a);
}

/** The first lines of a feed's file. */
function sampleOf(name: string, lines: number): Buffer {
  const file = FEEDS.find((feed) => feed.name === name)?.files[0];
  const ends = listLineEnds(file?.bytes ?? Buffer.of());
  return Buffer.from(file?.bytes.subarray(0, ends[lines - 1]) ?? "");
}

// A file without trailer that is cut exactly at the end of a row is a file with fewer rows: nothing in it can tell.
// That class is named here to the byte. What catches it is the count of bytes against the server's listing, before and
// after, when files are fetched; of files that are imported from disk it is the one class that nothing catches.
describe("a file cut at every byte", () => {
  const csvLines = (lines: readonly string[]): Buffer =>
    Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const rows = [1, 2, 3].map(aCsvRow);
  const plain = csvLines([CSV_HEADER, ...rows]);

  it("postnl-scan-csv without trailer: silent behind line ends alone, noted within and behind the last column", async () => {
    const {
      lengths: { silent, noted },
    } = await cutEverywhere(plain, csv);
    const ends = listLineEnds(plain);
    expect(silent).toEqual(ends);
    // `…;1` without line end; the last column of these rows is one digit, and may be missing altogether.
    const lastColumns = ends
      .slice(1)
      .concat(plain.length)
      .flatMap((end) => [end - 2, end - 1]);
    expect(noted).toEqual([(ends[0] ?? 0) - 1, ...lastColumns]);
  });

  it("postnl-scan-csv with trailer: nothing is read from the trailer's first byte on", async () => {
    const counted = csvLines([CSV_HEADER, ...rows, "#EOF;3"]);
    const {
      lengths: { silent, noted },
    } = await cutEverywhere(counted, csv);
    expect(silent).toEqual([...listLineEnds(plain), plain.length, counted.length - 1]);
    expect(Math.max(...noted)).toBeLessThan(plain.length);
  });

  it("postnl-scan-csv, whose layout wants line ends: silent behind line ends alone, the rest set aside", async () => {
    const {
      lengths: { silent, noted },
    } = await cutEverywhere(plain, { ...csv, finalLineEnd: "required" } as Layout);
    expect([silent, noted]).toEqual([listLineEnds(plain), []]);
  });

  it("postnl-scan-csv, whose layout wants a trailer: no row is read of any cut", async () => {
    const counted = csvLines([CSV_HEADER, ...rows, "#EOF;3"]);
    const strict = { ...csv, trailer: { line: "#EOF;{rows}", required: true } } as Layout;
    const { lengths, observations } = await cutEverywhere(counted, strict);
    // The trailer is whole without its line end.
    expect(lengths.silent).toEqual([counted.length - 1]);
    expect(observations.slice(0, -1).every((count) => count === 0)).toBe(true);
  });

  it("postnl-scan-fixed: silent at row ends alone, with or without their line end", async () => {
    const content = sampleOf("postnl-scan-fixed", 2);
    const { lengths, observations } = await cutEverywhere(content, fixed);
    // A file of no bytes has no row: a quiet period.
    expect(lengths.silent).toEqual([0, 67, 68, 135]);
    expect(lengths.noted).toEqual([]);
    expect(observations).toEqual(observations.map((_, length) => Math.floor((length + 1) / 68)));
  });

  it("dpd-scaninfo: silent at row ends alone, with or without their line end", async () => {
    const content = sampleOf("dpd-scaninfo", 3);
    const { lengths, observations } = await cutEverywhere(content, dpd);
    const [header = 0, ...ends] = [...listLineEnds(content), content.length];
    const whole = ends.flatMap((end) => [end - 1, end]).filter((end) => end < content.length);
    // The header, too, is whole without the delimiter at its end.
    expect(lengths.silent).toEqual([header - 2, header - 1, header, ...whole]);
    expect(lengths.noted).toEqual([]);
    expect(observations).toEqual(
      observations.map((_, length) => ends.filter((end) => end - 1 <= length).length),
    );
  });

  it("postnl-scan-xml: never silent, and no row read, before the closing tag", async () => {
    const text = sampleOf("postnl-scan-xml", 4).toString();
    const content = Buffer.from(`${text}</Observations>\n`);
    const end = content.length - 1;
    const { lengths, observations } = await cutEverywhere(content, xml);
    expect(lengths.silent).toEqual([end]);
    expect(lengths.noted).toEqual([]);
    expect(observations).toEqual(observations.map((_, length) => (length < end ? 0 : 2)));
  });
});
