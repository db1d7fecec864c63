import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { PACKAGE_ROOT } from "../../src/package-root.ts";
import type { FindingReport } from "../../src/report/report-data.ts";
import type { CliResult } from "../support/cli.ts";
import { parseLines, runCli } from "../support/cli.ts";
import { aScanRow, BASE } from "../support/intakes.ts";
import { HOUR } from "../support/observations.ts";
import { CSV_HEADER } from "../support/scan-files.ts";
import { listSchemaErrors } from "../support/schemas.ts";
import { parcelOf } from "../support/store-rows.ts";

/** 11 March 2026: all has settled. */
const NOW = "2026-03-11T10:00:00Z";
const [SAME, DIFFERENT, RECENT] = [parcelOf(1), parcelOf(2), parcelOf(3)];

let cwd = "";

function toWebhookLine(barcode: string, code: string, at: number): string {
  const timestamp = Temporal.Instant.fromEpochMilliseconds(at).toString();
  const body = {
    eventId: `${barcode}-${code}`,
    customerNumber: "11223344",
    item: { barcode, status: { code, timestamp } },
  };
  return JSON.stringify({ receivedAt: "2026-03-11T09:00:00Z", deliveryId: `${barcode}-${code}`, body });
}

const write = (name: string, ...lines: readonly string[]) =>
  writeFileSync(join(cwd, name), `${lines.join("\n")}\n`);
const run = (...args: readonly string[]): Promise<CliResult> => runCli(args, { cwd });

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), "trackbridge-"));
  const scans = [aScanRow({ barcode: SAME }), aScanRow({ barcode: DIFFERENT })];
  write("TT_11223344_20260311_090000_001.csv", CSV_HEADER, ...scans);
  write("with-a-bad-row.csv", CSV_HEADER, aScanRow({ barcode: "short" }));
  write("agrees.jsonl", toWebhookLine(SAME, "sorted", BASE));
  write(
    "differs.jsonl",
    toWebhookLine(DIFFERENT, "in_transit", BASE),
    toWebhookLine(RECENT, "sorted", BASE + 95 * HOUR),
  );
  write("settings.yml", "database: sqlite:of-settings.db");
  write("unknown-setting.yml", "databse: sqlite:a.db");
  write("unknown-zone.yml", "zone: Europe/Amsterdm");
  write("without-offset.yml", 'reconcile: { webhookInUse: { "1": { from: 2026-03-01T00:00:00 } } }');
  write("no-such-mapping.yml", "mapping: nowhere");
  write("no-such-contract.yml", "contract: nowhere");
  write("no-yaml.yml", "a: [");
  write("not-a-database.db", "just a text");
  write("bad-mapping.yml", "mapping: bad-mapping");
  cpSync(join(PACKAGE_ROOT, "mappings"), join(cwd, "bad-mapping"), { recursive: true });
  write(
    "bad-mapping/legacy-codes.csv",
    "code,status,relation,kind,confidence,justification,author,reviewer,validFrom,validTo,note",
    "J01,teleported,exact,milestone,1,,a,b,,,",
    "J02,sorted,exact,milestone,high,,a,b,,,",
  );
  mkdirSync(join(cwd, "folder"));
  // One store that agrees, and one with an open and a pending finding.
  for (const database of ["agrees", "differs"]) {
    const to = ["--database", `sqlite:${database}.db`];
    await run("import", "legacy-scan", "TT_11223344_20260311_090000_001.csv", ...to);
    await run("import", "webhook", "agrees.jsonl", ...to);
    await run("import", "webhook", "differs.jsonl", ...to);
  }
  await run("reconcile", "--database", "sqlite:differs.db", "--now", NOW);
});
afterAll(() => rmSync(cwd, { recursive: true }));

const ON_DIFFERS = ["--database", "sqlite:differs.db", "--now", NOW];

describe.concurrent("the exit code", () => {
  it("of import is 0, and 1 when rows were set aside", async ({ expect }) => {
    const good = await run(
      "import",
      "webhook",
      "agrees.jsonl",
      "--database",
      "sqlite:exit-import.db",
      "--format",
      "json",
    );
    expect([good.code, good.stderr]).toEqual([0, ""]);
    expect(JSON.parse(good.stdout)).toEqual({
      channel: "webhook",
      intakes: 1,
      seen: 1,
      accepted: 1,
      duplicates: 0,
      quarantined: 0,
    });
    const bad = await run(
      "import",
      "legacy-scan",
      "with-a-bad-row.csv",
      "--database",
      "sqlite:exit-import.db",
    );
    expect(bad.code).toBe(1);
    expect(bad.stderr).toMatch(/^1 row/);
    const again = await run(
      "import",
      "legacy-scan",
      "with-a-bad-row.csv",
      "--database",
      "sqlite:exit-import.db",
    );
    expect(again.code).toBe(0);
  });

  it("of reconcile is 0 for go, 1 for no go, 3 for not proven", async ({ expect }) => {
    const none = await run("reconcile", "--database", "sqlite:exit-none.db", "--format", "json");
    expect([none.code, JSON.parse(none.stdout).verdict]).toEqual([3, "not_proven"]);
    const differs = await run("reconcile", ...ON_DIFFERS, "--format", "json");
    expect([differs.code, JSON.parse(differs.stdout).verdict]).toEqual([1, "no_go"]);
    const to = ["--database", "sqlite:exit-go.db"];
    await run("import", "webhook", "agrees.jsonl", ...to);
    write("only.csv", CSV_HEADER, aScanRow({ barcode: SAME }));
    await run("import", "legacy-scan", "only.csv", "--received-at", "2026-03-11T09:00:00Z", ...to);
    const go = await run("reconcile", "--now", NOW, "--format", "json", ...to);
    expect([go.code, JSON.parse(go.stdout).verdict]).toEqual([0, "go"]);
  });

  it("of lists and of trace is 0, whatever they hold", async ({ expect }) => {
    for (const command of [["findings"], ["parcels"], ["trace", DIFFERENT]]) {
      const { code, stdout, stderr } = await run(...command, ...ON_DIFFERS, "--format", "json");
      expect([code, stderr]).toEqual([0, ""]);
      expect(JSON.parse(stdout)).toBeDefined();
      expect(listSchemaErrors(command[0] ?? "", JSON.parse(stdout))).toEqual([]);
    }
    const text = await run("findings", "--state", "open", ...ON_DIFFERS);
    expect(text.code).toBe(0);
    expect(text.stdout).toContain(DIFFERENT);
    expect(text.stdout).not.toContain(RECENT);
    await run("reconcile", "--database", "sqlite:exit-empty.db");
    expect((await run("findings", "--database", "sqlite:exit-empty.db", "--format", "json")).stdout).toBe(
      "[]\n",
    );
    expect((await run("parcels", "--database", "sqlite:exit-empty.db", "--format", "jsonl")).stdout).toBe("");
    const mistyped = await run("findings", "--database", "sqlite:mistyped.db");
    expect([mistyped.code, mistyped.stderr]).toEqual([
      2,
      expect.stringMatching(/mistyped\.db: no such file → /),
    ]);
  });

  it("of mapping lint is 0, and 1 when the table has errors", async ({ expect }) => {
    const good = await run("mapping", "lint", "--format", "json");
    expect(listSchemaErrors("mapping-lint", JSON.parse(good.stdout))).toEqual([]);
    expect([good.code, JSON.parse(good.stdout)]).toMatchObject([0, { codes: 311, statuses: 25 }]);
    const bad = await run("mapping", "lint", "--config", "bad-mapping.yml");
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/error status-unknown: .*legacy-codes\.csv line 2: J01 status 'teleported'/);
    expect(bad.stdout).toMatch(/2 codes, 25 statuses: 2 errors/);
  });

  it("of layout check is 0, and 1 when rows are set aside; it needs no store and makes none", async ({
    expect,
  }) => {
    const good = await run("layout", "check", "TT_11223344_20260311_090000_001.csv", "--format", "json");
    expect([good.code, good.stderr]).toEqual([0, ""]);
    expect(JSON.parse(good.stdout).summary).toMatchObject({ rows: 2, accepted: 2 });
    const bad = await run("layout", "check", "with-a-bad-row.csv", "--rows", "1", "--lang", "nl");
    expect(bad.code).toBe(1);
    expect(bad.stdout).toMatch(/^regel 2 {2}apart gezet {2}BARCODE_INVALID$/m);
    expect(existsSync(join(cwd, "trackbridge.db"))).toBe(false);
  });

  it("of layout guess is 1 where it is unsure, and its output is a layout for import", async ({ expect }) => {
    write(
      "unknown.txt",
      ...Array.from(
        { length: 30 },
        (_, n) => `${parcelOf(n)}|${["J01", "B01", "I01"][n % 3]}|05.03.2026 10:${n + 10}:01`,
      ),
    );
    const guess = await run("layout", "guess", "unknown.txt");
    expect([guess.code, guess.stderr]).toEqual([1, ""]);
    expect(guess.stdout).toMatch(
      /^# UNSURE: time\.pattern dd\.MM\.yyyy HH:mm:ss: MM\.dd\.yyyy HH:mm:ss reads all /m,
    );
    writeFileSync(join(cwd, "ours.yml"), guess.stdout);
    const to = ["--database", "sqlite:guessed.db", "--format", "json"];
    const taken = await run("import", "legacy-scan", "unknown.txt", "--layout", "./ours.yml", ...to);
    expect([taken.code, JSON.parse(taken.stdout).accepted]).toEqual([0, 30]);
  });

  it("of import stays 0 where the last line has no line end, and a note says so", async ({ expect }) => {
    writeFileSync(join(cwd, "unended.csv"), `${CSV_HEADER}\n${aScanRow({ barcode: parcelOf(77) })}`);
    const to = ["--database", "sqlite:unended.db"];
    const { code, stderr } = await run("import", "legacy-scan", "unended.csv", ...to);
    expect([code, stderr]).toEqual([
      0,
      expect.stringMatching(/^unended\.csv: no line end behind the last line \(2\)/),
    ]);
    expect((await run("import", "legacy-scan", "unended.csv", "--quiet", ...to)).stderr).toBe("");
  });

  it.for([["--help"], ["mapping", "lint", "--help"]])("of help is 0: %o", async (args, { expect }) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Usage: trackbridge/);
  });
});

describe.concurrent("what cannot be done", () => {
  it.for<readonly [string, readonly string[], RegExp]>([
    ["an unknown command", ["recncile"], /recncile/],
    ["an unknown command below another", ["mapping", "lnt"], /lnt/],
    ["an unknown option", ["reconcile", "--fulll"], /--fulll/],
    ["a missing file name", ["import", "webhook"], /file/],
    ["a missing barcode", ["trace"], /barcode/],
    ["an unknown state", ["findings", "--state", "opne"], /opne/],
    ["an unknown verdict", ["parcels", "--verdict", "good"], /good/],
    ["an unknown format", ["findings", "--format", "xml"], /xml/],
    ["a clock that cannot be read", ["reconcile", "--now", "yesterday"], /--now/],
    ["a clock without offset", ["reconcile", "--now", "2026-03-21T06:30:00"], /--now/],
    ["a barcode that is none", ["findings", "--barcode", "3S-1"], /--barcode: .*3S-1/],
    ["a parcel that nobody spoke of", ["trace", "3SDEVC999999999", ...ON_DIFFERS], /trace: 3SDEVC999999999/],
    ["a path that is missing", ["import", "webhook", "nowhere.jsonl"], /nowhere\.jsonl/],
    ["a folder as a file", ["import", "webhook", "folder"], /folder/],
    [
      "a moment of receipt that cannot be read",
      ["import", "legacy-scan", "only.csv", "--received-at", "now"],
      /--received-at/,
    ],
    ["an unknown layout", ["import", "legacy-scan", "with-a-bad-row.csv", "--layout", "nowhere"], /nowhere/],
    ["settings that are missing", ["findings", "--config", "nowhere.yml"], /nowhere\.yml/],
    ["settings that are no YAML", ["findings", "--config", "no-yaml.yml"], /no-yaml\.yml/],
    ["an unknown setting", ["findings", "--config", "unknown-setting.yml"], /unknown-setting\.yml.*databse/],
    [
      "a zone that does not exist",
      ["import", "legacy-api", "agrees.jsonl", "--config", "unknown-zone.yml"],
      /Amsterdm/,
    ],
    [
      "a moment without offset in the settings",
      ["findings", "--config", "without-offset.yml"],
      /webhookInUse\.1/,
    ],
    ["a mapping that is missing", ["findings", "--config", "no-such-mapping.yml"], /nowhere/],
    [
      "a mapping with errors",
      ["reconcile", "--config", "bad-mapping.yml"],
      /line 2: .*and 1 more: trackbridge mapping lint/,
    ],
    ["a contract that is missing", ["findings", "--config", "no-such-contract.yml"], /nowhere/],
    ["a store of an unknown kind", ["findings", "--database", "mysql://somewhere"], /database: mysql/],
    ["a store without a path", ["findings", "--database", "sqlite:"], /database: sqlite:/],
    ["a store that is none", ["findings", "--database", "sqlite:not-a-database.db"], /not-a-database\.db/],
    ["a report without a folder", ["report"], /--out/],
    ["a layout check of nothing", ["layout", "check"], /file/],
    ["a layout check of no rows", ["layout", "check", "only.csv", "--rows", "0"], /--rows/],
    [
      "a layout check by an unknown layout",
      ["layout", "check", "only.csv", "--layout", "nowhere"],
      /nowhere/,
    ],
    ["a layout guess of no scan file", ["layout", "guess", "settings.yml"], /settings\.yml/],
  ])("exits 2 with one line on standard error: %s", async ([, args, told], { expect }) => {
    const { code, stdout, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(told);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    // place: value → what was expected → what to do
    expect(stderr).toMatch(/^.+: .+ → .+ → .+\n$/);
  });

  it("takes nothing in when one of the files is missing", async ({ expect }) => {
    const to = ["--database", "sqlite:half.db"];
    const { code } = await run("import", "webhook", "agrees.jsonl", "nowhere.jsonl", ...to);
    expect(code).toBe(2);
    expect((await run("parcels", "--format", "json", ...to)).stdout).toBe("[]\n");
    await run("reconcile", ...to);
    expect((await run("parcels", "--format", "json", ...to)).stdout).toBe("[]\n");
  });

  it("hides the password of a store that it cannot use", async ({ expect }) => {
    const { code, stderr } = await run("findings", "--database", "postgres://me:top/s@cret@host/db");
    expect(code).toBe(2);
    expect(stderr).not.toMatch(/top|cret/);
  });

  it("shows help on standard error when no command is given", async ({ expect }) => {
    const { code, stdout, stderr } = await run();
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/Usage: trackbridge/);
  });
});

describe.concurrent("the global flags", () => {
  it.for<readonly [string, readonly string[]]>([
    ["before the command", ["--database", "sqlite:differs.db", "--now", NOW, "--format", "json", "findings"]],
    ["behind it", ["findings", "--database", "sqlite:differs.db", "--now", NOW, "--format", "json"]],
    [
      "on both sides of it",
      ["--format", "json", "findings", "--now", NOW, "--quiet", "--database", "sqlite:differs.db"],
    ],
    ["with an equals sign", ["findings", "--database=sqlite:differs.db", `--now=${NOW}`, "--format=json"]],
    [
      "behind options that take several words",
      ["findings", "--state", "open", "pending", "--format", "json", "--database", "sqlite:differs.db"],
    ],
  ])("may stand %s", async ([, args], { expect }) => {
    const { code, stdout, stderr } = await run(...args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(JSON.parse(stdout)).toHaveLength(2);
  });

  it.for([0, 1, 2, 3])("may stand at place %i of `import webhook FILE`", async (place, { expect }) => {
    const words = ["import", "webhook", "agrees.jsonl"];
    words.splice(
      place,
      0,
      "--database",
      `sqlite:place-${place}.db`,
      "--format",
      "json",
      "--quiet",
      "--now",
      NOW,
    );
    const { code, stdout } = await run(...words);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ channel: "webhook", accepted: 1 });
    expect(readdirSync(cwd)).toContain(`place-${place}.db`);
  });

  it("let --database win over the settings, and the settings over the default", async ({ expect }) => {
    await run("reconcile", "--config", "settings.yml");
    expect(readdirSync(cwd)).toContain("of-settings.db");
    await run("reconcile", "--config", "settings.yml", "--database", "sqlite:of-the-line.db");
    expect(readdirSync(cwd)).toContain("of-the-line.db");
    const elsewhere = mkdtempSync(join(cwd, "elsewhere-"));
    await runCli(["reconcile"], { cwd: elsewhere });
    expect(readdirSync(elsewhere)).toEqual(["trackbridge.db"]);
    const configured = mkdtempSync(join(cwd, "configured-"));
    mkdirSync(join(configured, "config"));
    writeFileSync(join(configured, "config/trackbridge.yml"), "database: sqlite:mine.db");
    await runCli(["reconcile"], { cwd: configured });
    expect(readdirSync(configured).sort()).toEqual(["config", "mine.db"]);
  });

  it("set the clock of the whole run", async ({ expect }) => {
    const to = ["--database", "sqlite:clock.db", "--format", "json"];
    await run("import", "legacy-scan", "TT_11223344_20260311_090000_001.csv", ...to);
    await run("import", "webhook", "agrees.jsonl", ...to);
    await run("reconcile", "--now", "2026-03-07T10:30:00+00:00", ...to);
    const early = JSON.parse((await run("findings", ...to)).stdout) as FindingReport[];
    expect(early).toMatchObject([
      {
        barcode: DIFFERENT,
        state: "pending",
        pendingReason: "not_settled",
        firstSeenAt: "2026-03-07T10:30:00Z",
      },
    ]);
    await run("reconcile", "--now", "2026-03-07T14:00:00+02:00", ...to);
    const late = JSON.parse((await run("findings", ...to)).stdout) as FindingReport[];
    expect(late).toMatchObject([{ id: early[0]?.id, state: "open", settlesAt: "2026-03-07T12:00:00Z" }]);
  });

  it("make it quiet", async ({ expect }) => {
    const loud = await run("import", "legacy-scan", "with-a-bad-row.csv", "--database", "sqlite:loud.db");
    expect(loud.stderr).not.toBe("");
    const quiet = await run(
      "import",
      "legacy-scan",
      "with-a-bad-row.csv",
      "--database",
      "sqlite:quiet.db",
      "--quiet",
    );
    expect([quiet.code, quiet.stderr]).toEqual([1, ""]);
  });

  it("choose the language of texts, and leave JSON alone", async ({ expect }) => {
    const [english, dutch] = await Promise.all(
      ["en", "nl"].map((lang) => run("reconcile", ...ON_DIFFERS, "--lang", lang)),
    );
    expect(english?.stdout).not.toBe(dutch?.stdout);
    const json = await run("findings", ...ON_DIFFERS, "--format", "json", "--lang", "nl");
    expect(JSON.parse(json.stdout)[0].state).toMatch(/^(open|pending)$/);
  });
});

describe.concurrent("findings", () => {
  const find = async (...args: readonly string[]): Promise<string[]> => {
    const { stdout } = await run("findings", ...ON_DIFFERS, "--format", "jsonl", ...args);
    return (parseLines(stdout) as FindingReport[]).map(
      ({ barcode, kind, state }) => `${barcode} ${kind} ${state}`,
    );
  };
  const open = `${DIFFERENT} status_mismatch open`;
  const pending = `${RECENT} parcel_missing_in_legacy pending`;

  it("lists all states, one object a line", async ({ expect }) => {
    expect((await find()).sort()).toEqual([open, pending]);
  });

  it.for<readonly [readonly string[], readonly string[]]>([
    [["--state", "open"], [open]],
    [
      ["--state", "open", "pending"],
      [open, pending],
    ],
    [["--kind", "parcel_missing_in_legacy"], [pending]],
    [["--kind", "status_mismatch", "push_missed", "--state", "pending"], []],
    [["--barcode", ` ${RECENT.toLowerCase()} `], [pending]],
  ])("lists what is asked for: %o", async ([args, lines], { expect }) => {
    expect((await find(...args)).sort()).toEqual(lines);
  });
});

describe.concurrent("trace", () => {
  it("tells both sides of a parcel down to the raw line", async ({ expect }) => {
    const { stdout } = await run(
      "trace",
      DIFFERENT.toLowerCase(),
      "--raw",
      ...ON_DIFFERS,
      "--format",
      "json",
    );
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      barcode: DIFFERENT,
      verdict: "mismatched",
      rows: [{ outcome: "conflicting", legacy: { status: "sorted" }, new: { status: "in_transit" } }],
      findings: [{ kind: "status_mismatch", state: "open" }],
      history: [{ from: null, to: "open" }],
    });
    expect(report.observations).toHaveLength(2);
    for (const observation of report.observations) {
      if (observation.side === "legacy") {
        expect(observation).toMatchObject({
          name: "TT_11223344_20260311_090000_001.csv",
          line: 3,
          code: "J01",
        });
        expect(observation.raw).toBe(aScanRow({ barcode: DIFFERENT }));
      } else {
        expect(JSON.parse(observation.raw)).toMatchObject({ eventId: `${DIFFERENT}-in_transit` });
      }
    }
  });

  it("does not call a parcel matched that no run has judged yet", async ({ expect }) => {
    const { stdout } = await run(
      "trace",
      DIFFERENT,
      "--database",
      "sqlite:agrees.db",
      "--now",
      NOW,
      "--format",
      "json",
    );
    expect(JSON.parse(stdout).verdict).not.toBe("matched");
  });
});
