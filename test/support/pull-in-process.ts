import { argv } from "node:process";
import { pullScanFeed } from "../../src/app/feeds/pull-scan-files.ts";
import { FEEDS } from "../../src/feed-settings.ts";
import { toCompleteness } from "../../src/sources/legacy-scan/completeness.ts";
import { readLayout } from "../../src/sources/legacy-scan/read-layout.ts";
import { withAppOn } from "./apps.ts";

/** Fetches the scan files of a server into a store. Started as a process, so that it can be killed; says when it begins. */
const [database = "", spoolFolder = "", port = "", fingerprint = "", password = "", now = ""] = argv.slice(2);
const LEASE_MS = 1000;
const layout = await readLayout("postnl-scan-csv");
const hostKeyFingerprints = [fingerprint];
await withAppOn(
  database,
  Number(now),
  async (plain) => {
    // Who is killed leaves claims behind, and those who come after wait for their end.
    const { claims } = plain.store;
    const take: typeof claims.take = (subject, owner) => claims.take(subject, owner, LEASE_MS);
    const app = { ...plain, store: { ...plain.store, claims: { ...claims, take } } };
    process.stdout.write("begun\n");
    const pull = await pullScanFeed(
      app,
      {
        name: "a",
        connection: {
          host: "127.0.0.1",
          port: Number(port),
          username: "scans",
          password,
          hostKeyFingerprints,
        },
        folder: "/scan",
        layout,
        complete: toCompleteness(layout),
        calendar: undefined,
      },
      { signal: undefined },
    );
    process.stdout.write(`${JSON.stringify(pull.problems)}\n`);
  },
  { feeds: FEEDS.parse({ spoolFolder }) },
);
