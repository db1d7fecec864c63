import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FINDING_KINDS } from "../../src/domain/finding.ts";
import { DEFECT_KINDS } from "../../src/sandbox/defect-kinds.ts";
import type { TruthFinding } from "../../src/sandbox/truth.ts";
import { generateWorld, type JsonLine, type World } from "../../src/sandbox/world.ts";
import { writeWorld } from "../../src/sandbox/write-world.ts";
import { describeWithShared, sharedFolder } from "../support/shared.ts";
import { type Row, readWorld, SCAN_COLUMNS, toLines } from "./read-world.ts";
import { at, codesByStatus, someOptions, statuses, statusOfCode } from "./world-options.ts";

const HOUR_MS = 3_600_000;
const TOLERANCE_MS = 120_000;

const toHash = (world: World) => createHash("sha256").update(JSON.stringify(world)).digest("hex");
const toText = (lines: readonly JsonLine[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join("");
const timeOf = (line: JsonLine) => at(line.receivedAt);
const isLegacy = (row: Row) => row.channel === "legacy-scan" || row.channel === "legacy-api";

/** When a scan file arrived, by its name. */
const arrivalOf = (name: string) => {
  const [, date, time] = /^TT_\d+_(\d{8})_(\d{6})_\d{3}\.csv$/.exec(name)!;
  return at(`${date}T${time}Z`);
};

/** When each status of a parcel began on one side: translated, in order, repeats left out. */
function listEpisodes(rows: readonly Row[]): { status: string; at: number }[] {
  const episodes: { status: string; at: number }[] = [];
  for (const row of rows.toSorted((a, b) => a.at - b.at)) {
    const status = isLegacy(row) ? statusOfCode.get(row.code)! : row.code;
    if (status !== "" && episodes.at(-1)?.status !== status) episodes.push({ status, at: row.at });
  }
  return episodes;
}

const rowsByBarcode = (world: World) => Map.groupBy(readWorld(world).rows, (row) => row.barcode);

const WORLDS = {
  "with noise": someOptions({ seed: 11, defects: "every-kind" }),
  "without noise": someOptions({ seed: 12, noise: false, defects: "every-kind" }),
  "over the autumn change": someOptions({ seed: 13, startAt: at("2026-10-20T00:00:00Z") }),
  "over the spring change": someOptions({ seed: 14, startAt: at("2026-03-25T00:00:00Z") }),
  "with a silent new side": someOptions({
    seed: 15,
    defects: "every-kind",
    silence: { side: "new", hours: 20 },
  }),
  "with a silent legacy side": someOptions({
    seed: 16,
    days: 12,
    defects: "every-kind",
    silence: { side: "legacy", hours: 30 },
  }),
};

describe("generateWorld", () => {
  it("gives the same bytes for the same options and others for another seed", () => {
    const options = someOptions({ defects: "every-kind" });
    expect(toHash(generateWorld(options))).toBe(toHash(generateWorld(options)));
    expect(toHash(generateWorld(options))).not.toBe(toHash(generateWorld({ ...options, seed: 8 })));
  });

  it.each(Object.entries(WORLDS))("counts the rows as a second reader does: a world %s", (_name, options) => {
    const world = generateWorld(options);
    expect(world.truth.counts).toEqual(readWorld(world).counts);
  });

  it.each(Object.entries(WORLDS))(
    "names exactly the parcels that can be read: a world %s",
    (_name, options) => {
      const world = generateWorld(options);
      expect(Object.keys(world.truth.parcels).sort()).toEqual([...rowsByBarcode(world).keys()].sort());
      expect(Object.keys(world.truth.parcels)).toHaveLength(options.parcels);
    },
  );

  it.each(Object.entries(WORLDS))("says nothing after its now: a world %s", (_name, options) => {
    const world = generateWorld(options);
    const times = [...world.legacyApi, ...world.webhook, ...world.statusApi].map(timeOf);
    expect(Math.max(...times, ...world.files.map(({ name }) => arrivalOf(name)))).toBeLessThan(world.now);
  });

  it("gives the verdict that goes with the finding, and at most one finding to a parcel", () => {
    const { truth } = generateWorld(WORLDS["with a silent legacy side"]);
    const verdicts = Object.entries(truth.parcels).filter(([, verdict]) => verdict !== "matched");
    const expected = truth.findings.map(({ barcode, state, pendingReason }) => [
      barcode,
      state === "open" ? "mismatched" : pendingReason === "feed_silent" ? "not_proven" : "pending",
    ]);
    expect(verdicts.sort()).toEqual(expected.sort());
  });

  it("tells the same of a matched parcel on both sides, within two minutes, whatever the noise", () => {
    for (const seed of [1, 2, 3]) {
      const world = generateWorld(someOptions({ seed, parcels: 250, defects: "every-kind" }));
      const byBarcode = rowsByBarcode(world);
      for (const [barcode, verdict] of Object.entries(world.truth.parcels)) {
        if (verdict !== "matched") continue;
        const { legacy = [], newSide = [] } = Object.groupBy(byBarcode.get(barcode)!, (row) =>
          isLegacy(row) ? "legacy" : "newSide",
        );
        const [before, after] = [listEpisodes(legacy), listEpisodes(newSide)];
        expect(after.map(({ status }) => status)).toEqual(before.map(({ status }) => status));
        for (const [index, episode] of before.entries()) {
          expect(Math.abs(after[index]!.at - episode.at)).toBeLessThanOrEqual(TOLERANCE_MS);
        }
      }
    }
  });

  it("meets each of the statuses, and lives in which a status comes back", () => {
    const world = generateWorld(someOptions({ parcels: 2000, days: 20 }));
    const lives = [...rowsByBarcode(world).values()].map((rows) =>
      listEpisodes(rows.filter((row) => !isLegacy(row))).map(({ status }) => status),
    );
    expect(new Set(lives.flat())).toEqual(new Set(statuses.keys()));
    expect(lives.some((life) => new Set(life).size < life.length)).toBe(true);
  });

  it("brings every scan in a file that comes later, within twelve hours", () => {
    const world = generateWorld(someOptions({ parcels: 400 }));
    // A row may come again, even corrected, in a later file: its first arrival counts.
    const firstWaits = new Map<string, number>();
    for (const { name, bytes } of world.files.filter((file) => !file.name.endsWith("_009.csv"))) {
      for (const line of toLines(bytes).lines) {
        const match = /^\s*(\w+)\s*;(\w+);(\d\d)-(\d\d)-(\d{4}) ([01]\d:\d\d:\d\d);/.exec(line);
        if (match === null) continue;
        const [, barcode = "", code = "", day, month, year, clock] = match;
        const wait = arrivalOf(name) - at(`${year}-${month}-${day}T${clock}+01:00`);
        const key = `${barcode.toUpperCase()} ${[...code].sort().join("")} ${day} ${clock}`;
        firstWaits.set(key, Math.min(wait, firstWaits.get(key) ?? wait));
      }
    }
    const waits = [...firstWaits.values()];
    expect(Math.min(...waits)).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeGreaterThan(6.2 * HOUR_MS);
    expect(Math.max(...waits)).toBeLessThanOrEqual(12 * HOUR_MS);
  });

  it("refuses what cannot make a world, and says why", () => {
    const fewCodes = new Map([...codesByStatus].filter(([status]) => status !== "lost"));
    expect(() => generateWorld(someOptions({ codesByStatus: fewCodes }))).toThrow(
      "no code for status 'lost'",
    );
    expect(() => generateWorld(someOptions({ days: 2, defects: "every-kind" }))).toThrow(
      "in a world of 2 days",
    );
    expect(() => generateWorld(someOptions({ silence: { side: "new", hours: 2 } }))).toThrow(
      "14 to 48 hours",
    );
    expect(() => generateWorld(someOptions({ parcels: 1 }))).toThrow("1 parcels");
    expect(() => generateWorld(someOptions({ customers: [] }))).toThrow("no customers");
  });
});

describe("the defects of a world", () => {
  const world = generateWorld(someOptions({ seed: 21, defects: "every-kind" }));
  const byBarcode = rowsByBarcode(world);

  const plantMany = (
    kind: (typeof DEFECT_KINDS)[number],
    check: (finding: TruthFinding, rows: Row[], made: World) => void,
  ) => {
    const made = generateWorld(someOptions({ seed: 22, defects: { [kind]: 30 } }));
    const rows = rowsByBarcode(made);
    expect(made.truth.findings).toHaveLength(30);
    for (const finding of made.truth.findings) check(finding, rows.get(finding.barcode)!, made);
  };
  const statusesOf = (rows: readonly Row[], side: "legacy" | "new") =>
    listEpisodes(rows.filter((row) => isLegacy(row) === (side === "legacy"))).map(({ status }) => status);

  it("are one of every kind, with the state that was asked for", () => {
    const expected = DEFECT_KINDS.filter((kind) => !kind.endsWith(":silent")).map(
      (kind) =>
        `${kind.split(":")[0]} ${kind.endsWith(":pending") ? "pending not_settled" : "open undefined"}`,
    );
    const planted = world.truth.findings.map(
      ({ kind, state, pendingReason }) => `${kind} ${state} ${pendingReason}`,
    );
    expect(planted.sort()).toEqual(expected.sort());
    expect(new Set(world.truth.findings.map(({ kind }) => kind))).toEqual(new Set(FINDING_KINDS));
  });

  it("leave no row of a missing parcel on the side that misses it", () => {
    for (const { kind, barcode } of world.truth.findings) {
      const rows = byBarcode.get(barcode)!;
      if (kind === "parcel_missing_in_new") expect(rows.every(isLegacy)).toBe(true);
      if (kind === "parcel_missing_in_legacy") expect(rows.some(isLegacy)).toBe(false);
    }
  });

  it.each(["missing_in_new", "missing_in_legacy"] as const)("take one episode from one side: %s", (kind) => {
    plantMany(kind, ({ status }, rows) => {
      const [full, short] =
        kind === "missing_in_new" ? (["legacy", "new"] as const) : (["new", "legacy"] as const);
      const told = statusesOf(rows, full);
      const lacking = statusesOf(rows, short);
      expect(lacking).toHaveLength(told.length - 1);
      const at = told.findIndex((other, index) => other !== lacking[index]);
      expect(told[at]).toBe(status);
      expect(told.toSpliced(at, 1)).toEqual(lacking);
    });
  });

  it.each(["missing_in_new:between", "missing_in_legacy:between"] as const)(
    "take an episode from between two equal ones: %s",
    (kind) => {
      plantMany(kind, ({ status }, rows) => {
        const told = statusesOf(rows, kind.startsWith("missing_in_new") ? "legacy" : "new");
        const index = told.indexOf(status!);
        expect(told[index - 1]).toBe(told[index + 1]);
        expect(statusesOf(rows, kind.startsWith("missing_in_new") ? "new" : "legacy")).toEqual(
          told.toSpliced(index, 2),
        );
      });
    },
  );

  it("let the sides tell one status at two times, 121 seconds to 72 hours apart, in the same order", () => {
    const deltas: number[] = [];
    plantMany("time_mismatch", ({ status, deltaSeconds }, rows) => {
      const before = listEpisodes(rows.filter(isLegacy));
      const after = listEpisodes(rows.filter((row) => !isLegacy(row)));
      expect(after.map((episode) => episode.status)).toEqual(before.map((episode) => episode.status));
      const moved = before.findIndex((episode) => episode.status === status);
      expect(after[moved]!.at - before[moved]!.at).toBe(deltaSeconds! * 1000);
      deltas.push(deltaSeconds!);
    });
    expect(Math.min(...deltas.map(Math.abs))).toBe(121);
    expect(Math.max(...deltas.map(Math.abs))).toBeLessThanOrEqual(72 * 3600);
    expect(Math.min(...deltas)).toBeLessThan(0);
    expect(Math.max(...deltas)).toBeGreaterThan(0);
  });

  it("let the sides tell two statuses in another order", () => {
    plantMany("order_mismatch", ({ status }, rows) => {
      const before = statusesOf(rows, "legacy");
      const after = statusesOf(rows, "new");
      expect(after).not.toEqual(before);
      expect(after.filter((other) => other !== status)).toEqual(before.filter((other) => other !== status));
      expect(after.toSorted()).toEqual(before.toSorted());
    });
  });

  it.each(["status_mismatch", "final_conflict"] as const)("contradict at one moment: %s", (kind) => {
    plantMany(kind, ({ legacyStatus, newStatus }, rows) => {
      const before = statusesOf(rows, "legacy");
      const after = statusesOf(rows, "new");
      const at = before.findIndex((status, index) => status !== after[index]);
      expect([before[at], after[at]]).toEqual([legacyStatus, newStatus]);
      expect(after.with(at, before[at]!)).toEqual(before);
      const isFinal = [legacyStatus, newStatus].some((status) => statuses.get(status!)!.final);
      expect(isFinal).toBe(kind === "final_conflict");
    });
  });

  it("go on after a final status on the new side only", () => {
    plantMany("status_after_final", ({ status }, rows) => {
      const before = statusesOf(rows, "legacy");
      expect(statusesOf(rows, "new")).toEqual([...before, status]);
      expect(statuses.get(before.at(-1)!)!.final).toBe(true);
      expect(["returning", "returned", "lost", "damaged"]).not.toContain(status);
    });
  });

  it("miss a push that the status API lists, between other pushes of the customer", () => {
    plantMany("push_missed", ({ barcode, status }, rows, made) => {
      const pushed = rows.filter((row) => row.channel === "webhook").map((row) => row.code);
      const listed = rows.find((row) => row.channel === "status-api" && row.code === status)!;
      expect(pushed).not.toContain(status);
      const deliveries = made.webhook.filter((line) => JSON.stringify(line.body).includes(`"${barcode}"`));
      expect(Math.min(...deliveries.map(timeOf))).toBeLessThan(listed.at);
      expect(Math.max(...deliveries.map(timeOf))).toBeGreaterThan(listed.at);
    });
  });

  it("miss a pushed status in the last good reply, asked for two hours later or more", () => {
    plantMany("pull_missed", ({ barcode, status }, rows, made) => {
      const pushed = rows.find((row) => row.channel === "webhook" && row.code === status)!;
      const last = made.statusApi.findLast(
        (line) => line.request?.barcode === barcode && line.httpStatus === 200,
      )!;
      const [item] = (last.body as { items: { statuses: { code: string }[] }[] }).items;
      expect(timeOf(last)).toBeGreaterThanOrEqual(pushed.at + 2 * HOUR_MS);
      expect(item!.statuses.map(({ code }) => code)).not.toContain(status);
      expect(item!.statuses).not.toEqual([]);
    });
  });

  it("push one moment under two event ids", () => {
    plantMany("duplicate_push", ({ status }, rows) => {
      const times = rows
        .filter((row) => row.channel === "webhook" && row.code === status)
        .map((row) => row.at);
      expect(new Set(times).size).toBeLessThan(times.length);
    });
  });

  it("use codes that no table knows, alone or in the place of a status", () => {
    plantMany("unmapped_code", ({ code }, rows) => {
      expect(statusOfCode.has(code!)).toBe(false);
      expect(rows.filter((row) => row.code === code && isLegacy(row))).not.toEqual([]);
    });
    plantMany("unknown_status", ({ code }, rows) => {
      expect(statuses.has(code!)).toBe(false);
      expect(rows.filter((row) => row.code === code && !isLegacy(row))).not.toEqual([]);
    });
    plantMany("unmapped_code:explains", ({ code }, rows) => {
      const scan = rows.find((row) => row.code === code)!;
      const answers = rows.filter((row) => !isLegacy(row) && Math.abs(row.at - scan.at) <= TOLERANCE_MS);
      expect(answers).not.toEqual([]);
      expect(rows.filter((row) => isLegacy(row) && statusOfCode.get(row.code) === answers[0]!.code)).toEqual(
        [],
      );
    });
    plantMany("unknown_status:explains", ({ code }, rows) => {
      const push = rows.find((row) => row.code === code)!;
      const answers = rows.filter((row) => isLegacy(row) && Math.abs(row.at - push.at) <= TOLERANCE_MS);
      expect(answers).not.toEqual([]);
    });
  });

  it.each([
    ["reference", 6, (body: Delivery) => body.item.shipmentReference],
    ["customerNumber", 4, (body: Delivery) => body.customerNumber],
    ["customerCode", 5, (body: Delivery) => body.customerCode],
    ["mainBarcode", 8, (body: Delivery) => body.item.mainBarcode],
    ["location", 3, (body: Delivery) => body.item.details?.locationCode],
  ] as const)("tell one detail of one episode differently: %s", (field, column, read) => {
    plantMany(`detail_mismatch:${field}`, ({ barcode, status }, _rows, made) => {
      const scans = made.files
        .flatMap(({ bytes }) => toLines(bytes).lines.map((line) => line.split(";")))
        .filter(([text = ""]) => text.trim().toUpperCase() === barcode);
      const statusOf = ([, code = ""]: string[]) => statusOfCode.get(code.replace(/^(\d\d)([A-Z])$/, "$2$1"));
      const bodies = made.webhook
        .map((line) => line.body as Delivery)
        .filter((body) => body.item.barcode === barcode && body.item.status?.timestamp !== undefined);
      const differing = bodies
        .filter((body) =>
          scans.some((scan) => statusOf(scan) === body.item.status?.code && scan[column] !== read(body)),
        )
        .map((body) => body.item.status?.code);
      expect(new Set(differing)).toEqual(new Set([status]));
    });
  });
});

interface Delivery {
  readonly customerNumber: string;
  readonly customerCode: string;
  readonly item: {
    readonly barcode: string;
    readonly mainBarcode: string;
    readonly shipmentReference: string;
    readonly details?: { readonly locationCode: string };
    readonly status?: { readonly code: string; readonly timestamp: string };
  };
}

describe("the noise of a world", () => {
  const noisy = generateWorld(someOptions({ seed: 31, parcels: 1500, days: 20 }));
  const quiet = generateWorld(someOptions({ seed: 31, noise: false, defects: "every-kind" }));
  const api = (world: World) => world.legacyApi.map((line) => JSON.stringify(line));
  const pushes = (world: World) => world.webhook.map((line) => JSON.stringify(line));
  const replies = (world: World) => world.statusApi.map((line) => JSON.stringify(line));
  const scans = (world: World) => world.files.flatMap(({ bytes }) => toLines(bytes).lines);
  const some = (lines: readonly string[], pattern: RegExp) => lines.some((line) => pattern.test(line));
  const hasTwice = (texts: readonly string[]) => new Set(texts).size < texts.length;
  const idsOf = (world: World) => world.webhook.map((line) => (line.body as { eventId: string }).eventId);

  it.each<[string, (world: World) => boolean]>([
    ["byte-order marks", ({ files }) => files.some(({ bytes }) => bytes[0] === 0xef)],
    ["carriage returns", ({ files }) => files.some(({ bytes }) => bytes.includes("\r\n"))],
    ["trailers", ({ files }) => files.some(({ bytes }) => bytes.includes("#EOF;"))],
    ["Windows-1252", ({ files }) => files.some(({ bytes }) => toLines(bytes).encoding === "windows-1252")],
    [
      "a euro sign in both encodings",
      ({ files }) =>
        new Set(
          files
            .filter(({ bytes }) => toLines(bytes).lines.join().includes("€"))
            .map(({ bytes }) => toLines(bytes).encoding),
        ).size === 2,
    ],
    ["lower case barcodes", (world) => some(scans(world), /^3sdevc/)],
    ["blanks around barcodes", (world) => some(scans(world), /^ +3SDEVC\d+ +;/)],
    ["digits-first codes in files", (world) => some(scans(world), /^[^;]+;\d\d[A-Z];/)],
    ["digits-first codes in replies", (world) => some(api(world), /"Code":"\d\d[A-Z]"/)],
    ["notices", (world) => scans(world).some((line) => statusOfCode.get(line.split(";")[1]!) === "")],
    ["rows with empty details", (world) => some(scans(world), /;;11223344;;;00/)],
    ["rows that come twice", (world) => hasTwice(scans(world))],
    [
      "files that come twice",
      ({ files }) => {
        const full = files.filter(({ bytes }) => toLines(bytes).lines.length > 0);
        return hasTwice(full.map(({ bytes }) => bytes.toString("hex")));
      },
    ],
    ["cut copies of files", ({ files }) => files.some(({ bytes }) => !toLines(bytes).isWhole)],
    ["corrected rows", (world) => some(scans(world), /;003090;/)],
    [
      "rows in no order",
      ({ files }) =>
        files.some(({ bytes }) => {
          const times = toLines(bytes).lines.map((line) => (line.split(";")[2] ?? "").slice(11));
          const turns = times.filter((time, index) => time < (times[index - 1] ?? "")).length;
          return turns > times.length / 3 && times.length > 10;
        }),
    ],
    ["unreadable rows", ({ truth }) => truth.counts["legacy-scan"].quarantined > 0],
    [
      "unreadable messages",
      (world) => world.webhook.some(({ body }) => !/"barcode".*"timestamp"/.test(JSON.stringify(body))),
    ],
    ["unreadable events", ({ truth }) => truth.counts["legacy-api"].quarantined > 0],
    ["unreadable statuses", ({ truth }) => truth.counts["status-api"].quarantined > 0],
    ["deliveries that come twice", ({ truth }) => truth.counts.webhook.duplicates > 0],
    [
      "another body under a used event id",
      (world) =>
        new Set(world.webhook.map(({ body }) => JSON.stringify(body))).size > new Set(idsOf(world)).size,
    ],
    [
      "deliveries more than half an hour late",
      ({ webhook }) =>
        webhook.some((line) => {
          const timestamp = (line.body as Delivery).item.status?.timestamp;
          return timestamp !== undefined && timeOf(line) - at(timestamp) > HOUR_MS / 2;
        }),
    ],
    ["milliseconds", (world) => some(pushes(world), /"timestamp":"[^"]{19}\.\d{3}\+/)],
    ["other offsets", (world) => some(pushes(world), /"timestamp":"[^"]+-05:00"/)],
    ["empty details in deliveries", (world) => some(pushes(world), /"details":null/)],
    ["empty details in replies", (world) => some(api(world), /"Reference":\{\}/)],
    ["unknown fields", (world) => some(pushes(world), /"traceId"/) && some(replies(world), /"deliveryDate"/)],
    [
      "refused requests",
      (world) => some(api(world), /"httpStatus":429/) && some(replies(world), /"httpStatus":429/),
    ],
    ["unknown barcodes", (world) => some(api(world), /"CompleteStatus":\{\},"Warnings"/)],
    [
      "updated shipments",
      ({ legacyApi }) => legacyApi.some(({ body }) => Array.isArray(body) && body.length > 0),
    ],
    ["several pieces in one reply", (world) => some(api(world), /"Shipment":\[\{/)],
  ])("holds %s, and none where it is off", (_name, holds) => {
    expect(holds(noisy)).toBe(true);
    expect(holds(quiet)).toBe(false);
  });

  it("always holds files without rows, older statuses in later replies, and single elements outside lists", () => {
    const busy = generateWorld(someOptions({ seed: 32, noise: false }));
    expect(busy.files.some(({ bytes }) => toLines(bytes).lines.length === 0)).toBe(true);
    expect(busy.truth.counts["status-api"].duplicates).toBeGreaterThan(0);
    expect(busy.truth.counts["legacy-api"].duplicates).toBeGreaterThan(0);
    expect(some(api(busy), /"Event":\{/)).toBe(true);
    expect(some(api(busy), /"Event":\[/)).toBe(true);
  });

  it("is only what was asked for", () => {
    const world = generateWorld(someOptions({ noise: { digits_first: true } }));
    expect(some(scans(world), /^[^;]+;\d\d[A-Z];/)).toBe(true);
    expect(world.truth.counts.webhook.duplicates + world.truth.counts["legacy-scan"].quarantined).toBe(0);
    expect(some(pushes(world), /traceId|null/)).toBe(false);
  });

  it("puts single scans into both halves of the repeated hour, each answered at its own instant", () => {
    const world = generateWorld(someOptions({ seed: 33, parcels: 600, startAt: at("2026-10-20T00:00:00Z") }));
    const from = at("2026-10-25T00:00:00Z");
    const until = at("2026-10-25T01:00:00Z");
    const halves = new Set<string>();
    for (const rows of rowsByBarcode(world).values()) {
      const ambiguous = rows.filter(
        (row) =>
          row.channel === "legacy-scan" &&
          row.at >= from &&
          row.at < until &&
          statusOfCode.get(row.code) !== "",
      );
      expect(ambiguous.length).toBeLessThanOrEqual(1);
      for (const scan of ambiguous) {
        const answers = rows.filter((row) => !isLegacy(row) && row.code === statusOfCode.get(scan.code));
        const isAnsweredAt = (instant: number) =>
          answers.some((row) => Math.abs(row.at - instant) <= TOLERANCE_MS);
        const isEarlier = isAnsweredAt(scan.at);
        expect(isEarlier || isAnsweredAt(scan.at + HOUR_MS)).toBe(true);
        halves.add(isEarlier ? "first" : "second");
      }
    }
    expect(halves).toEqual(new Set(["first", "second"]));
  });

  it("lets clocks that were not put forward write times that do not exist", () => {
    const world = generateWorld(someOptions({ seed: 34, parcels: 600, startAt: at("2026-03-25T00:00:00Z") }));
    expect(scans(world).some((line) => line.includes(";29-03-2026 02:"))).toBe(true);
    expect(scans(world).some((line) => line.includes(";29-03-2026 03:"))).toBe(true);
  });

  it("keeps clear of both hours where that noise is off", () => {
    for (const startAt of [at("2026-10-20T00:00:00Z"), at("2026-03-25T00:00:00Z")]) {
      const world = generateWorld(
        someOptions({ parcels: 600, startAt, noise: { several_scans: true, notices: true } }),
      );
      expect(scans(world).some((line) => /;(25-10|29-03)-2026 02:/.test(line))).toBe(false);
    }
  });
});

describe("a world with a silent side", () => {
  it.each([
    ["new", 20],
    ["legacy", 30],
  ] as const)("hears the %s side until %i hours ago, and the other one to the end", (side, hours) => {
    const world = generateWorld(someOptions({ days: 12, defects: "every-kind", silence: { side, hours } }));
    const heard = {
      legacy: [...world.legacyApi.map(timeOf), ...world.files.map(({ name }) => arrivalOf(name))],
      new: [...world.webhook, ...world.statusApi].map(timeOf),
    };
    expect(Math.max(...heard[side])).toBe(world.now - hours * HOUR_MS);
    expect(Math.max(...heard[side === "new" ? "legacy" : "new"])).toBe(world.now - 2 * 60_000);
    const silent = world.truth.findings.filter((finding) => finding.pendingReason === "feed_silent");
    expect(silent).toHaveLength(side === "new" ? 5 : 6);
  });
});

describe("writeWorld", () => {
  it("writes what generateWorld makes, and nothing else", () => {
    const folder = mkdtempSync(join(tmpdir(), "world-"));
    try {
      const options = someOptions({ seed: 41, defects: "every-kind" });
      const world = generateWorld(options);
      const written = writeWorld(options, folder);
      const read = (name: string) => readFileSync(join(folder, name), "utf8");
      expect(readdirSync(folder).sort()).toEqual([
        "legacy-api.jsonl",
        "legacy-scan",
        "status-api.jsonl",
        "truth.json",
        "webhook.jsonl",
      ]);
      expect(readdirSync(join(folder, "legacy-scan")).sort()).toEqual(
        world.files.map(({ name }) => name).sort(),
      );
      for (const { name, bytes } of world.files) {
        expect(readFileSync(join(folder, "legacy-scan", name)).equals(bytes)).toBe(true);
      }
      expect(read("legacy-api.jsonl")).toBe(toText(world.legacyApi));
      expect(read("webhook.jsonl")).toBe(toText(world.webhook));
      expect(read("status-api.jsonl")).toBe(toText(world.statusApi));
      expect(JSON.parse(read("truth.json"))).toEqual(world.truth);
      expect(written).toEqual({ now: world.now, findings: world.truth.findings, counts: world.truth.counts });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Every way from a value to a text, list elements as `[]`; one element and a list of them are the same. */
function listPaths(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.flatMap((element) => listPaths(element, path));
  if (value === null || typeof value !== "object") return [path];
  const entries = Object.entries(value);
  return entries.length === 0
    ? [path]
    : entries.flatMap(([name, inner]) => listPaths(inner, `${path}.${name}`));
}

describeWithShared("a world beside the sample worlds", () => {
  const samples = ["public-1", "clean-1"].map((name) => join(sharedFolder, "worlds", name));
  const world = generateWorld(
    someOptions({
      parcels: 1500,
      days: 20,
      noise: {
        ...{ file_format: true, barcode_form: true, sparse_rows: true, sparse_details: true, notices: true },
        ...{ extra_fields: true, api_errors: true, multi_collo: true, precision: true, zones: true },
      },
    }),
  );

  it.each([
    ["legacy-api", world.legacyApi],
    ["webhook", world.webhook],
    ["status-api", world.statusApi],
  ] as const)("has the same fields: %s", (channel, lines) => {
    const sampled = samples.flatMap((folder) =>
      readFileSync(join(folder, `${channel}.jsonl`), "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as JsonLine),
    );
    const paths = (all: readonly JsonLine[]) => [...new Set(all.flatMap((line) => listPaths(line)))].sort();
    expect(paths(lines)).toEqual(paths(sampled));
  });

  it("has the same columns in files of the same names", () => {
    const names = samples.flatMap((folder) => readdirSync(join(folder, "legacy-scan")));
    const toShape = (name: string) => name.replaceAll(/\d/g, "9");
    expect(new Set(world.files.map(({ name }) => toShape(name)))).toEqual(new Set(names.map(toShape)));
    const [name = ""] = names;
    const text = readFileSync(join(samples[0]!, "legacy-scan", name), "utf8").replace("\ufeff", "");
    expect(text.split(/\r?\n/)[0]).toBe(SCAN_COLUMNS);
  });

  it("has the same shape of truth", () => {
    const truth = JSON.parse(readFileSync(join(samples[0]!, "truth.json"), "utf8"));
    expect(Object.keys(world.truth)).toEqual(Object.keys(truth));
    expect(Object.keys(world.truth.counts).sort()).toEqual(Object.keys(truth.counts).sort());
    const defective = generateWorld(someOptions({ defects: { missing_in_new: 1 } }));
    expect(Object.keys(defective.truth.findings[0]!).sort()).toEqual(Object.keys(truth.findings[0]).sort());
  });
});
