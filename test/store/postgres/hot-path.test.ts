import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CLAIM_SQL } from "../../../src/store/postgres/claims.ts";
import { FEED_STATE_SQL } from "../../../src/store/postgres/feed-states.ts";
import { JOB_SQL } from "../../../src/store/postgres/jobs.ts";
import { DISTINCT_SQL, PROBE_SQL } from "../../../src/store/postgres/list-buckets.ts";
import { MIGRATE_SQL } from "../../../src/store/postgres/migrate-distributed.ts";
import { openPostgresStore } from "../../../src/store/postgres/open-store.ts";
import { PREPARE_SQL } from "../../../src/store/postgres/prepare-schema.ts";
import { FEED_SQL } from "../../../src/store/postgres/read-feeds.ts";
import { FINDING_SQL } from "../../../src/store/postgres/read-findings.ts";
import { PARCEL_SQL } from "../../../src/store/postgres/read-parcels.ts";
import { RUN_SQL } from "../../../src/store/postgres/read-runs.ts";
import {
  FIRST_PAGE_SQL,
  NEXT_PAGE_SQL,
  SOME_SQL,
  TABLE_SQL,
} from "../../../src/store/postgres/read-tables.ts";
import { DISTRIBUTED_TABLES } from "../../../src/store/postgres/schema.ts";
import { SPOOL_SQL } from "../../../src/store/postgres/spool.ts";
import type { Statement } from "../../../src/store/postgres/statements.ts";
import { BOOK_SQL } from "../../../src/store/postgres/write-books.ts";
import { DOSSIER_SQL } from "../../../src/store/postgres/write-dossiers.ts";
import { EVALUATION_SQL } from "../../../src/store/postgres/write-evaluations.ts";
import { INTAKE_SQL } from "../../../src/store/postgres/write-intakes.ts";
import { CLEAR_SQL, FILL_SQL, MARK_SQL } from "../../../src/store/postgres/write-tables.ts";
import { schemaOf, usePostgres } from "../../support/postgres.ts";

/**
 * Statements that are not about one bucket, and why that is right. All others
 * are the hot path: on a distributed database each goes to one node.
 */
const SPANNING: Readonly<Record<string, string>> = {
  "feeds.books":
    "a list for people and the start of a run; as many rows as have been written to, at most four a bucket",
  "feeds.windows": "the start of a run: of all customers",
  "feeds.quarantined": "a list for people",
  "feeds.groups": "a list for people",
  "feeds.quarantineDays":
    "the end of a run: by channel and day; intake and quarantine of a bucket lie together",
  "findings.counts": "a list for people",
  "parcels.countAll": "how much there is to do, before it is done bucket by bucket; stops at a limit",
  "parcels.countDirty": "how much there is to do, before it is done bucket by bucket; stops at a limit",
  "parcels.countDue": "how much there is to do, before it is done bucket by bucket; stops at a limit",
  "parcels.countAwaiting": "how much there is to do, before it is done bucket by bucket; stops at a limit",
  "parcels.corrected": "a list for people",
  "parcels.sumCorrections": "a list for people",
  "runs.someDirty": "whether there is anything to do; stops at the first row",
  "runs.someSpool": "whether there is anything to do; stops at the first row",
  "runs.someInbox": "whether there is anything to do; stops at the first row",
  "runs.totals": "the end of a run: the sums of the whole store",
  "intakes.eventKeys":
    "names its buckets: one question for all of a batch, because everybody else waits for its answer",
  "intakes.dropEventKeys":
    "names its buckets: one statement for all of a batch, because everybody else waits for it",
  "probe.dossier": "which buckets there is work in, before it is done bucket by bucket; on one server only",
  "probe.inbox": "which buckets there is work in, before it is done bucket by bucket; on one server only",
  "probe.spool": "which buckets there is work in, before it is done bucket by bucket; on one server only",
  "probe.parcel": "a list for people, before it is read bucket by bucket; on one server only",
  "probe.finding": "a list for people, before it is read bucket by bucket; on one server only",
  "distinct.dossier": "which buckets there is work in, before it is done bucket by bucket",
  "distinct.inbox": "which buckets there is work in, before it is done bucket by bucket",
  "distinct.spool": "which buckets there is work in, before it is done bucket by bucket",
  "distinct.parcel": "a list for people, before it is read bucket by bucket",
  "distinct.finding": "a list for people, before it is read bucket by bucket",
  ...Object.fromEntries(
    DISTRIBUTED_TABLES.flatMap((table) => [
      [`firstPage.${table}`, "a whole store is copied or checked, one group of buckets after the other"],
      [`nextPage.${table}`, "a whole store is copied or checked, one group of buckets after the other"],
      [`clear.${table}`, "a group of buckets that a copy has brought is brought again"],
      [`some.${table}`, "before a copy begins: whether there is anything; stops at the first row"],
    ]),
  ),
};

const FOLDER = new URL("../../../src/store/postgres/", import.meta.url);

const STATEMENTS: readonly Statement[] = [
  BOOK_SQL,
  CLAIM_SQL,
  CLEAR_SQL,
  DISTINCT_SQL,
  DOSSIER_SQL,
  EVALUATION_SQL,
  FEED_SQL,
  FEED_STATE_SQL,
  FILL_SQL,
  FINDING_SQL,
  FIRST_PAGE_SQL,
  INTAKE_SQL,
  JOB_SQL,
  MARK_SQL,
  MIGRATE_SQL,
  NEXT_PAGE_SQL,
  PARCEL_SQL,
  PREPARE_SQL,
  PROBE_SQL,
  RUN_SQL,
  SOME_SQL,
  SPOOL_SQL,
  TABLE_SQL,
].flatMap((statements) => Object.values(statements));

/** The distributed tables of a statement whose bucket it does not name, as `table`. */
function findUnbound(text: string): string[] {
  // So that the parentheses that are left are those of queries and lists of columns.
  let rest = text.replace(/ANY \((\$\d)\)/g, "ANY $1").replace(/\s+/g, " ");
  const unbound: string[] = [];
  // From the innermost query outwards, each is looked at without those within it.
  for (let inner = /\(([^()]*)\)/.exec(rest); inner !== null; inner = /\(([^()]*)\)/.exec(rest)) {
    unbound.push(...findUnboundInQuery(inner[1] ?? ""));
    const columns = /^(\w+(, )?)+$/.test(inner[1] ?? "") ? `<${inner[1]}>` : "<>";
    rest = rest.slice(0, inner.index) + columns + rest.slice(inner.index + inner[0].length);
  }
  return [...unbound, ...findUnboundInQuery(rest)];
}

const MENTION =
  /\b(?:FROM|JOIN|INTO|UPDATE|COPY) (\w+)(?: (?:AS )?(?!(?:WHERE|LEFT|JOIN|CROSS|ON|GROUP|ORDER|LIMIT|SET|UNION)\b)(\w+))?/g;

function findUnboundInQuery(query: string): string[] {
  return query.split(/ UNION (?:ALL )?/).flatMap((part) =>
    [...part.matchAll(MENTION)].flatMap(([, table = "", alias]) => {
      if (!DISTRIBUTED_TABLES.some((name) => name === table)) return [];
      if (/\b(INSERT INTO|COPY) /.test(part)) return /<bucket, /.test(part) ? [] : [table];
      const prefix = alias === undefined ? "(?<!\\.)" : `\\b${alias}\\.`;
      return new RegExp(`${prefix}\\bbucket = \\$\\d`).test(part) ? [] : [table];
    }),
  );
}

describe("findUnbound", () => {
  it.each([
    ["SELECT barcode FROM dossier WHERE barcode = $1", ["dossier"]],
    ["SELECT barcode FROM dossier WHERE bucket = ANY ($1)", ["dossier"]],
    ["SELECT barcode FROM dossier WHERE bucket > $1", ["dossier"]],
    ["DELETE FROM inbox WHERE seq = ANY ($1)", ["inbox"]],
    ["UPDATE intake SET rows = $1 WHERE hash = $2", ["intake"]],
    ["INSERT INTO finding (barcode, id) VALUES :rows", ["finding"]],
    ["COPY parcel (barcode, verdict) FROM STDIN (FORMAT binary)", ["parcel"]],
    ["SELECT 1 FROM dirty WHERE bucket = $1 UNION SELECT 1 FROM parcel WHERE due_at <= $2", ["parcel"]],
    ["SELECT 1 FROM parcel p JOIN dirty d ON d.barcode = p.barcode WHERE p.bucket = $1", ["dirty"]],
    [
      "SELECT (SELECT 1 FROM arrival a WHERE a.bucket = i.bucket) FROM intake i WHERE i.bucket = $1",
      ["arrival"],
    ],
    ["SELECT count(*) FROM (SELECT 1 FROM dirty LIMIT $1) AS counted", ["dirty"]],
    ["SELECT token FROM claim WHERE subject = $1", []],
    ["SELECT 1 FROM parcel p JOIN dirty d ON d.bucket = $1 WHERE p.bucket = $1", []],
    ["INSERT INTO raw_part (bucket, key) VALUES :rows", []],
  ])("says of %s: %j", (text, unbound) => {
    expect(findUnbound(text)).toEqual(unbound);
  });
});

describe("the statements of the hot path", () => {
  it("are all looked at", () => {
    const made = readdirSync(FOLDER).flatMap((file) => [
      ...readFileSync(new URL(file, FOLDER), "utf8").matchAll(
        /\bto(?:Statements\(\s*"(\w+)"|Copy\("(\w+)")/g,
      ),
    ]);
    const seen = new Set(STATEMENTS.map(({ name }) => name));
    for (const [, file, table] of made) {
      if (table !== undefined) expect(seen).toContain(`copy.${table}`);
      else expect([...seen].filter((name) => name.startsWith(`${file}.`))).not.toEqual([]);
    }
    expect(made.length).toBeGreaterThan(10);
    expect(seen.size).toBe(STATEMENTS.length);
  });

  it("each name the bucket of every distributed table that they read or write", () => {
    const unbound = STATEMENTS.filter(({ text }) => findUnbound(text).length > 0).map(({ name }) => name);
    expect(unbound.toSorted()).toEqual(Object.keys(SPANNING).toSorted());
  });

  it("touch every distributed table", () => {
    const bound = STATEMENTS.filter(({ name }) => !(name in SPANNING)).map(({ text }) => text);
    for (const table of DISTRIBUTED_TABLES) {
      expect(
        bound.some((text) => new RegExp(`\\b(FROM|INTO|COPY) ${table}\\b`).test(text)),
        table,
      ).toBe(true);
    }
  });
});

describe("the schema", () => {
  const postgres = usePostgres();

  it("has the bucket at the beginning of every key of the distributed tables", async () => {
    const url = postgres.newStoreUrl();
    await (await openPostgresStore(url)).close();
    const keys = await postgres.query<{ table: string; columns: string; led: boolean }>(
      `SELECT c.relname AS table, pg_get_indexdef(i.indexrelid) AS columns, a.attname = 'bucket' AS led
       FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
       WHERE c.relnamespace = $1::regnamespace`,
      [schemaOf(url)],
    );
    const ofDistributed = keys.filter(({ table }) => DISTRIBUTED_TABLES.some((name) => name === table));
    expect(new Set(ofDistributed.map(({ table }) => table))).toEqual(new Set(DISTRIBUTED_TABLES));
    expect(ofDistributed.filter(({ led }) => !led)).toEqual([]);
  });

  it("compares every text by its bytes", async () => {
    const url = postgres.newStoreUrl();
    await (await openPostgresStore(url)).close();
    const collations = await postgres.query<{ collation: string }>(
      `SELECT DISTINCT l.collname AS collation FROM pg_attribute a
         JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation l ON l.oid = a.attcollation
       WHERE c.relkind = 'r' AND c.relnamespace = $1::regnamespace`,
      [schemaOf(url)],
    );
    expect(collations).toEqual([{ collation: "C" }]);
  });
});
