import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { App } from "../../src/app/open-app.ts";
import { readPatterns } from "../../src/app/read-patterns.ts";
import { reconcileStore } from "../../src/app/reconcile-store.ts";
import type { Cause } from "../../src/domain/finding.ts";
import { CAUSES } from "../../src/domain/finding.ts";
import type { LegacyCodeRow, MappingTables } from "../../src/mapping/translate.ts";
import { decideCause } from "../../src/reconcile/judgement/cause-rules.ts";
import type { World } from "../../src/sandbox/world.ts";
import { allFindings, withMemoryApp } from "../support/apps.ts";
import type { Spoiling, ToldStatus } from "../support/spoilt-worlds.ts";
import { FEW_CODES, makeSoundWorld, spoil } from "../support/spoilt-worlds.ts";
import { importWorld, saveWorld } from "../support/worlds.ts";

/** A fault whose cause is known: what is done to the data, or to the tables. */
interface Plant {
  readonly name: string;
  readonly cause: Cause;
  readonly spoiling?: Spoiling;
  readonly tables?: (tables: MappingTables) => MappingTables;
  /** The rules that must have decided something; none: nothing may be decided. */
  readonly rules: readonly string[];
}

const [SORTED = "", SORTED_TOO = ""] = FEW_CODES.get("sorted") ?? [];
const [NOTICE = ""] = FEW_CODES.get("") ?? [];
const ACCEPTED = FEW_CODES.get("accepted") ?? [];
const [RARE = ""] = FEW_CODES.get("delivery_changed") ?? [];
const isSorted = (code: string): boolean => [SORTED, SORTED_TOO].includes(toCode(code));

const HOUR = 3_600_000;
const everyOne = () => true;

/** One parcel in twelve. */
function isChosen(barcode: string): boolean {
  return Number(barcode.replaceAll(/\D/g, "")) % 12 === 0;
}

function moved(time: string, ms: number): string {
  return Temporal.Instant.from(time).add({ milliseconds: ms }).toString();
}

function toCode(code: string): string {
  return code.replace(/^(\d\d)([A-Z])$/, "$2$1");
}

function withRow(code: string, status: string | null | undefined): (tables: MappingTables) => MappingTables {
  return (tables) => {
    const legacyCodes = new Map<string, readonly LegacyCodeRow[]>(tables.legacyCodes);
    if (status === undefined) legacyCodes.delete(code);
    else legacyCodes.set(code, [{ code, status, validFrom: -Infinity, validTo: Infinity }]);
    return { ...tables, legacyCodes, fingerprint: `${code} ${status}` };
  };
}

const dropped = (told: ToldStatus, barcode: string) =>
  told.code === "sorted" && isChosen(barcode) ? [] : [told];
const recoded = (told: ToldStatus, barcode: string) =>
  told.code === "sorted" && isChosen(barcode) ? [{ ...told, code: "in_transit" }] : [told];
const later =
  (ms: number, isConcerned: (barcode: string) => boolean) => (told: ToldStatus, barcode: string) =>
    isConcerned(barcode) ? [{ ...told, timestamp: moved(told.timestamp, ms) }] : [told];
/** An hour and a half before what is told. */
const invented = (told: ToldStatus, barcode: string) =>
  told.code === "sorted" && isChosen(barcode)
    ? [
        told,
        {
          ...told,
          code: "delayed",
          timestamp: moved(told.timestamp, -5_400_000),
        },
      ]
    : [told];
/** With a scan two hours on that the v2 API hides. */
const noticed =
  (isConcerned: (barcode: string) => boolean) =>
  (columns: readonly string[], barcode: string): (readonly string[])[] => {
    const [, code = "", time = "", ...rest] = columns;
    if (!(isSorted(code) && isConcerned(barcode))) return [columns];
    return [columns, [barcode, NOTICE, wallLater(time), ...rest]];
  };
const unscanned = (columns: readonly string[], barcode: string) =>
  isSorted(columns[1] ?? "") && isChosen(barcode) ? [] : [columns];
/** A Dutch wall clock two hours on; nights of a clock change are not in these worlds. */
const wallLater = (time: string) => {
  const [, day, month, year, clock] = /^(\d\d)-(\d\d)-(\d{4}) (.*)$/.exec(time) ?? [];
  const at = Temporal.PlainDateTime.from(`${year}-${month}-${day}T${clock}`).add({ hours: 2 }).toString();
  return `${at.slice(8, 10)}-${at.slice(5, 7)}-${at.slice(0, 4)} ${at.slice(11)}`;
};

const PLANTS: readonly Plant[] = [
  {
    name: "a row with the wrong status",
    cause: "mapping",
    tables: withRow(SORTED, "in_transit"),
    rules: ["code_meets_other_status"],
  },
  { name: "such a row of a rare code", cause: "mapping", tables: withRow(RARE, "delayed"), rules: [] },
  {
    name: "a row without the status that it should have",
    cause: "mapping",
    tables: withRow(SORTED, null),
    rules: [],
  },
  {
    name: "all rows of a status without it",
    cause: "mapping",
    tables: (tables) => withRow(SORTED, null)(withRow(SORTED_TOO, null)(tables)),
    rules: [],
  },
  {
    name: "a status for a notice",
    cause: "mapping",
    spoiling: { scans: noticed(everyOne) },
    tables: withRow(NOTICE, "delayed"),
    rules: [],
  },
  {
    name: "a status for a rare notice",
    cause: "mapping",
    spoiling: { scans: noticed(isChosen) },
    tables: withRow(NOTICE, "delayed"),
    rules: [],
  },
  {
    name: "a code without a row",
    cause: "mapping",
    tables: withRow(SORTED, undefined),
    rules: ["code_without_row"],
  },
  {
    name: "a wire code that the contract lacks",
    cause: "mapping",
    tables: (tables) => ({
      ...tables,
      wireCodes: {
        webhook: new Map([...tables.wireCodes.webhook].filter(([, status]) => status !== "sorted")),
        "status-api": new Map(
          [...tables.wireCodes["status-api"]].filter(([, status]) => status !== "sorted"),
        ),
      },
      fingerprint: "without sorted",
    }),
    rules: ["wire_code_without_status"],
  },
  {
    name: "a status that no code translates to",
    cause: "mapping",
    spoiling: {
      scans: (columns, barcode) =>
        ACCEPTED.includes(toCode(columns[1] ?? "")) && isChosen(barcode) ? [] : [columns],
      legacyApi: (event, barcode) => (ACCEPTED.includes(event.Code) && isChosen(barcode) ? [] : [event]),
    },
    tables: (tables) => ({
      ...tables,
      legacyCodes: new Map([...tables.legacyCodes].filter(([, list]) => list[0]?.status !== "accepted")),
      fingerprint: "without accepted",
    }),
    rules: ["code_without_row", "status_without_code"],
  },
  {
    name: "the scan files in the wrong zone",
    cause: "timing",
    spoiling: {
      scans: ([barcode = "", code = "", time = "", ...rest]) => [[barcode, code, wallLater(time), ...rest]],
    },
    rules: ["whole_hours"],
  },
  {
    name: "the webhook in the wrong zone",
    cause: "timing",
    spoiling: { webhook: later(-HOUR, everyOne) },
    rules: ["whole_hours"],
  },
  {
    name: "both new channels in the wrong zone",
    cause: "timing",
    spoiling: { webhook: later(-2 * HOUR, everyOne), statusApi: later(-2 * HOUR, everyOne) },
    rules: ["whole_hours"],
  },
  {
    name: "scan rows with an altered code, the v2 API telling otherwise",
    cause: "legacy",
    spoiling: {
      scans: (columns, barcode) =>
        isSorted(columns[1] ?? "") && isChosen(barcode)
          ? [[columns[0] ?? "", ACCEPTED[0] ?? "", ...columns.slice(2)]]
          : [columns],
    },
    rules: ["witness_contradicts"],
  },
  {
    name: "events that both legacy channels lack, while both new ones tell them",
    cause: "legacy",
    spoiling: {
      scans: unscanned,
      legacyApi: (event, barcode) => (isSorted(event.Code) && isChosen(barcode) ? [] : [event]),
    },
    rules: [],
  },
  { name: "scan rows lost", cause: "legacy", spoiling: { scans: unscanned }, rules: [] },
  { name: "pushes lost", cause: "new", spoiling: { webhook: dropped }, rules: ["new_channels_differ"] },
  {
    name: "another status pushed than the status API lists",
    cause: "new",
    spoiling: { webhook: recoded },
    rules: ["new_channels_differ", "witness_contradicts"],
  },
  {
    name: "events that both new channels lack, while both legacy ones tell them",
    cause: "new",
    spoiling: { webhook: dropped, statusApi: dropped },
    rules: ["two_witnesses"],
  },
  {
    name: "another status on both new channels",
    cause: "new",
    spoiling: { webhook: recoded, statusApi: recoded },
    rules: ["two_witnesses"],
  },
  {
    name: "events that both new channels have made up",
    cause: "new",
    spoiling: { webhook: invented, statusApi: invented },
    rules: [],
  },
  {
    name: "all events of a sort left out by both new channels",
    cause: "new",
    spoiling: {
      webhook: (told) => (told.code === "announced" ? [] : [told]),
      statusApi: (told) => (told.code === "announced" ? [] : [told]),
    },
    rules: [],
  },
  {
    name: "pushes under a second event id",
    cause: "new",
    spoiling: {
      webhook: (told, barcode) => (told.code === "sorted" && isChosen(barcode) ? [told, told] : [told]),
    },
    rules: ["new_channels_differ"],
  },
  {
    name: "another reference in the webhook than everywhere else",
    cause: "new",
    spoiling: { reference: ["webhook", isChosen] },
    rules: ["witness_contradicts"],
  },
  {
    name: "another reference on both new channels",
    cause: "new",
    spoiling: { reference: ["new", isChosen] },
    rules: [],
  },
  {
    name: "another reference in the scan files than everywhere else",
    cause: "legacy",
    spoiling: {
      scans: (columns, barcode) =>
        isChosen(barcode) ? [columns.with(6, columns[6] === "" ? "" : "ORDER-0")] : [columns],
    },
    rules: ["witness_contradicts"],
  },
  {
    name: "the time of processing in place of the event's",
    cause: "new",
    spoiling: { webhook: later(37 * 60_000, isChosen), statusApi: later(37 * 60_000, isChosen) },
    rules: [],
  },
];

type Row = Record<Cause, number>;
const confusion = new Map<Cause, Row>();

async function withSpoilt<Result>(
  world: World,
  { spoiling = {}, tables = (same) => same }: Pick<Plant, "spoiling" | "tables">,
  work: (app: App) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-"));
  try {
    return await withMemoryApp(async (shipped) => {
      const changed = tables(shipped.tables);
      const fingerprint = `${shipped.fingerprint} ${changed.fingerprint}`;
      const app = { ...shipped, tables: changed, fingerprint };
      await importWorld(app, saveWorld(spoil(world, spoiling), folder));
      await reconcileStore(app);
      return await work(app);
    }, world.now);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Many codes are seen on 52 parcels and more. */
const world = makeSoundWorld(7, 150);

describe("causes of planted faults", () => {
  it("has nothing to decide in a world on which both sides agree", () =>
    withSpoilt(world, {}, async ({ store }) => {
      expect(await allFindings(store)).toEqual([]);
    }));

  it.each(PLANTS)("$name: never another than $cause", ({ cause: truth, rules, ...plant }) =>
    withSpoilt(world, plant, async (app) => {
      const patterns = await readPatterns(app);
      const findings = await allFindings(app.store);
      const row = confusion.get(truth) ?? (Object.fromEntries(CAUSES.map((cause) => [cause, 0])) as Row);
      confusion.set(truth, row);
      const decided = new Set<string>();
      const wrong: string[] = [];
      for (const finding of findings) {
        const { cause, rule } = decideCause(finding, patterns);
        row[cause] += 1;
        if (cause === "undecided") continue;
        decided.add(rule ?? "");
        if (cause !== truth) wrong.push(`${rule}: ${cause} ${finding.signature}`);
      }
      expect(wrong).toEqual([]);
      expect([...decided].sort()).toEqual(rules);
      expect(findings.length).toBeGreaterThan(0);
    }),
  );

  it("decides no cause wrongly, and leaves these open", () => {
    const none = { legacy: 0, new: 0, mapping: 0, timing: 0, agreed: 0 };
    // 2,483 of 3,368 decided, each as it was planted; 26 % left open.
    expect(Object.fromEntries(confusion)).toEqual({
      mapping: { ...none, mapping: 432, undecided: 459 },
      timing: { ...none, timing: 1882, undecided: 85 },
      legacy: { ...none, legacy: 48, undecided: 31 },
      new: { ...none, new: 121, undecided: 310 },
    });
  });
});
