import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import type { Config } from "../config.ts";
import { UsageError } from "../domain/errors.ts";
import type { LayoutGuessReport } from "../report/layout-guess.ts";
import { guessLayout } from "../sources/legacy-scan/guess/guess-layout.ts";
import type { Sample } from "../sources/legacy-scan/guess/read-sample.ts";
import { readSample } from "../sources/legacy-scan/guess/read-sample.ts";
import { toLayoutParts } from "../sources/legacy-scan/guess/to-layout-parts.ts";
import type { Layout } from "../sources/legacy-scan/layout.ts";
import { openScanFile } from "../sources/legacy-scan/parse-scan-file.ts";
import { LAYOUTS_FOLDER, parseLayout, readLayout } from "../sources/legacy-scan/read-layout.ts";
import { readLegacyTables, toStatus } from "./check-layout.ts";
import { tallyRows } from "./layout-tally.ts";

const SAMPLE_BYTES = 4 * 1024 * 1024;
/** Of all files together; those behind it are not looked at. */
const ALL_SAMPLES_BYTES = 32 * 1024 * 1024;
/** Beyond this much, in all files together, nothing is read as a proof. */
const MOST_PROVED_BYTES = 64 * 1024 * 1024;

/**
 * Proposes a layout for scan files of one feed, and reads them with it as a
 * proof; also with the layouts that come with the program.
 *
 * @throws UsageError when a path cannot be read, or no layout can be proposed
 */
export async function guessScanLayout(config: Config, paths: readonly string[]): Promise<LayoutGuessReport> {
  const tables = readLegacyTables(config);
  const samples: Sample[] = [];
  let bytesLeft = ALL_SAMPLES_BYTES;
  for (const path of paths) {
    if (bytesLeft <= 0) break;
    const sample = await readSample(path, Math.min(SAMPLE_BYTES, bytesLeft));
    bytesLeft -= sample.text.length;
    samples.push(sample);
  }
  const looked = samples.map(({ path }) => path);
  const guess = guessLayout(samples, {
    isKnownCode: (code) => tables.legacyCodes.has(code),
    zone: config.zone,
  });
  if (guess === undefined) {
    throw new UsageError({
      place: looked.join(", "),
      value: "no columns could be found that hold barcodes, codes and times",
      expected:
        "scan files of one feed with some rows, delimited, of fixed width or XML, in UTF-8 or Windows-1252",
      todo: "give a file with more rows, or copy the nearest layout of config/layouts and change it",
    });
  }
  const parts = toLayoutParts(guess.settings);
  const layout = parseLayout(parts.map(({ yaml }) => yaml).join(""), "guessed.yml");
  const isSmall = samples.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) <= MOST_PROVED_BYTES;
  const prove = (one: Layout) => readAll(looked, one, tables);
  const proof = isSmall ? await prove(layout) : null;
  return {
    files: looked,
    sampleBytes: SAMPLE_BYTES,
    isWhole: samples.length === paths.length && samples.every(({ isWhole }) => isWhole),
    shipped: isSmall ? await listShipped(prove) : [],
    parts,
    decisions: guess.decisions,
    proof,
    isSettled:
      proof !== null &&
      proof.accepted > 0 &&
      proof.quarantined === 0 &&
      guess.decisions.every(({ confidence }) => confidence !== "unsure"),
  };
}

type Proof = NonNullable<LayoutGuessReport["proof"]>;

async function readAll(
  paths: readonly string[],
  layout: Layout,
  tables: ReturnType<typeof readLegacyTables>,
): Promise<Proof> {
  const tally = tallyRows(({ code, at }) => toStatus(code, at, tables));
  for (const path of paths) {
    const file = await openScanFile(path, { layout, name: basename(path) });
    for await (const batch of file.rows()) for (const row of batch) tally.add(row);
  }
  return tally.finish(0);
}

/** The layouts that come with the program and can read any of it. */
async function listShipped(prove: (layout: Layout) => Promise<Proof>): Promise<LayoutGuessReport["shipped"]> {
  const names = (await readdir(LAYOUTS_FOLDER)).filter((name) => name.endsWith(".yml")).toSorted();
  const found: { layout: string; rows: number; accepted: number }[] = [];
  for (const name of names) {
    const layout = await readLayout(name.replace(/\.yml$/, ""));
    const { rows, accepted } = await prove(layout);
    if (accepted > 0) found.push({ layout: layout.name, rows, accepted });
  }
  return found.sort((a, b) => b.accepted / b.rows - a.accepted / a.rows);
}
