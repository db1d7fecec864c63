/**
 * The yardstick: DuckDB, as many threads as cores, doing the bare part of the nightly job on the same files: read,
 * translate through the mapping, full outer join on barcode and status, persist. No raw archive, no provenance, no
 * pairing in time, no findings. `duckdb-bare-job.ts duckdb WORLD DATABASE`; prints a line of JSON.
 */
import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { peakMegabytes } from "./peak-megabytes.ts";

const [name = "", world = "", database = ""] = process.argv.slice(2);
const mapping = fileURLToPath(new URL("../../mappings/legacy-codes.csv", import.meta.url));
for (const suffix of ["", ".wal"]) rmSync(database + suffix, { force: true });

const started = performance.now();
const instance = await DuckDBInstance.create(database, { threads: String(availableParallelism()) });
const connection = await instance.connect();
await connection.run(`
  CREATE TABLE mapping AS SELECT code, status FROM read_csv('${mapping}', header = true, all_varchar = true);
  CREATE TABLE legacy AS
    SELECT l.Barcode AS barcode, m.status, min(strptime(l.Tijdstip, '%d-%m-%Y %H:%M:%S')) AS happened
    FROM read_csv('${join(world, "legacy-scan/*.csv")}', delim = ';', header = true, all_varchar = true, quote = '') l
    JOIN mapping m ON m.code = l.Waarneming GROUP BY ALL;
  CREATE TABLE new_side AS
    SELECT body.item.barcode AS barcode, body.item.status.code AS status, min(body.item.status.timestamp) AS happened
    FROM read_json('${join(world, "webhook.jsonl")}', format = 'newline_delimited', columns = {
      body: 'STRUCT(item STRUCT(barcode VARCHAR, status STRUCT(code VARCHAR, "timestamp" VARCHAR)))' })
    GROUP BY ALL;
  CREATE TABLE difference AS
    SELECT coalesce(l.barcode, n.barcode) AS barcode, coalesce(l.status, n.status) AS status,
      l.happened AS legacy_happened, n.happened AS new_happened
    FROM legacy l FULL OUTER JOIN new_side n ON l.barcode = n.barcode AND l.status = n.status;
  CHECKPOINT;`);
const reader = await connection.runAndReadAll("SELECT count(*) FROM difference");
connection.closeSync();
const seconds = (performance.now() - started) / 1000;
const count = Number(reader.getRows()[0]?.[0]);
console.log(JSON.stringify({ name, count, seconds, peakMegabytes: peakMegabytes() }));
