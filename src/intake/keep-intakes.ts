import type { RowTally } from "../domain/verdict.ts";
import { NO_ROWS } from "../domain/verdict.ts";
import type { KnownIntake } from "../store/intake-access.ts";
import type { StoreTransaction } from "../store/store.ts";
import type { Haul, HauledIntake } from "./haul.ts";
import { addRows } from "./intake-tally.ts";

/** Keeps intakes, and knows what is to be done with the rows of those that were known. */
export function makeIntakeKeeper(tx: StoreTransaction): {
  readonly add: (
    haul: Pick<Haul, "intakes" | "isLast">,
  ) => Promise<{ readonly counted: RowTally; readonly wantsRecords: boolean }>;
} {
  const { intakes: writer } = tx;
  /** The file whose hauls are coming, and what is done with them. */
  let file: { readonly reading: FileReading; rows: number } | undefined;

  const addPayloads = async (intakes: readonly HauledIntake[]): Promise<RowTally> => {
    const firsts = new Map<string, HauledIntake>();
    for (const intake of intakes) {
      const first = firsts.get(intake.hash);
      if (first === undefined || (first.rows === 0 && intake.rows > 0)) firsts.set(intake.hash, intake);
    }
    const known = await writer.saveIntakes([...firsts.values()]);
    const repeats = intakes.filter((intake) => firsts.get(intake.hash) !== intake || known.has(intake.hash));
    await writer.saveArrivals(repeats.map(({ arrival, hash }) => ({ ...arrival, hash })));
    let counted = NO_ROWS;
    for (const intake of intakes) {
      const { hash, arrival, rows, quarantined } = intake;
      const before = known.get(hash);
      // An error reply has no rows, so that the same body may come again as a good one.
      const isFresh = firsts.get(hash) === intake && (before === undefined || before.rows === 0);
      if (isFresh && before !== undefined && rows > 0) await writer.saveRowCount(hash, rows);
      counted = addRows(counted, toCounted(quarantined.length, isFresh ? quarantined.length : 0));
      if (!isFresh) continue;
      const { channel, name } = arrival;
      await writer.saveQuarantined(quarantined.map((row) => ({ ...row, hash, channel, name })));
    }
    return counted;
  };

  const addFile = async (intake: HauledIntake) => {
    const { hash, arrival, rows, quarantined } = intake;
    let counted = NO_ROWS;
    if (file === undefined) {
      const known = (await writer.saveIntakes([{ ...intake, rows: 0 }])).get(hash);
      if (known !== undefined) await writer.saveArrivals([{ ...arrival, hash }]);
      const reading = toReading(known, arrival.receivedAt);
      file = { reading, rows: 0 };
      if (reading === "skip") counted = toCounted(known?.rows ?? 0, 0);
      if (reading === "again") counted = toCounted(0, -(await writer.releaseQuarantined(hash, null)));
    }
    const { reading } = file;
    if (reading === "skip") return { counted, wantsRecords: false };
    const isFresh = reading !== "earlier";
    counted = addRows(counted, toCounted(quarantined.length, isFresh ? quarantined.length : 0));
    if (isFresh) {
      const { channel, name } = arrival;
      await writer.saveQuarantined(quarantined.map((row) => ({ ...row, hash, channel, name })));
      file.rows += rows;
      await writer.saveRowCount(hash, file.rows);
    }
    return { counted, wantsRecords: true };
  };

  return {
    async add({ intakes, isLast }) {
      const [first] = intakes;
      if (first?.arrival.channel === "legacy-scan") {
        const added = await addFile(first);
        if (isLast) file = undefined;
        return added;
      }
      return { counted: await addPayloads(intakes), wantsRecords: true };
    },
  };
}

/**
 * What is done with a file's rows: a known file's are skipped, unless it
 * arrived earlier than we knew (merging notes that), or no row of it could be
 * read: the layout may be the right one now.
 */
type FileReading = "first" | "again" | "earlier" | "skip";

function toReading(known: KnownIntake | undefined, receivedAt: number | null): FileReading {
  if (known === undefined) return "first";
  if (known.rows > 0 && known.quarantined === known.rows) return "again";
  return (receivedAt ?? Infinity) < (known.firstReceivedAt ?? -Infinity) ? "earlier" : "skip";
}

function toCounted(seen: number, quarantined: number): RowTally {
  return { seen, accepted: 0, duplicates: seen - quarantined, quarantined };
}
