import { chmodSync, cpSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PACKAGE_ROOT } from "../../../src/package-root.ts";
import { makeSite } from "../../support/examine.ts";

const REFERENCE = readFileSync(join(PACKAGE_ROOT, "config/contracts/reference.yml"), "utf8");

describe("checkConfiguration", () => {
  it("finds nothing wrong where nothing is set, and says that the contract is a reconstruction", async () => {
    const { of, report } = await makeSite().examine({});
    expect(of("configuration.contract")).toEqual([expect.stringMatching(/^warning: .*reference\.yml/)]);
    expect(of("configuration.factors")).toEqual(["ok: api-key, oauth-client-credentials"]);
    expect(of("configuration.mapping")).toEqual(["ok: 311 codes, 25 statuses"]);
    expect(of("configuration.layout")).toEqual(["ok: postnl-scan-csv"]);
    expect(of("configuration.spool-folder")).toEqual(["skipped: not configured"]);
    expect(report.counts.failure).toBe(0);
  });

  it("takes the carrier's own contract as it is, and one factor for too few", async () => {
    const site = makeSite();
    const own = REFERENCE.replace("provisional: yes", "provisional: no");
    const contract = site.put("own.yml", own);
    expect((await site.examine({ contract })).of("configuration.contract")).toEqual([
      `ok: ${contract}: verifiers shared-key`,
    ]);
    const one = own.replace(/ {4}- kind: oauth-client-credentials\n(?: {6}.*\n)*/, "");
    expect(one).not.toBe(own);
    site.put("own.yml", one);
    expect((await site.examine({ contract })).of("configuration.factors")).toEqual([
      "warning: api-key: fewer than two kinds",
    ]);
  });

  it("tells of a contract that cannot be read, and of all the rest", async () => {
    const { of, report } = await makeSite().examine({ contract: "none-of-the-kind" });
    expect(of("configuration.contract")).toEqual(["failure: contract: none-of-the-kind"]);
    expect(of("configuration.mapping")).toEqual(["ok: 311 codes, 25 statuses"]);
    expect(of("store.space")).toHaveLength(1);
    expect(report.counts.failure).toBe(1);
  });

  it("tells of errors in the mapping table, of warnings, and of no table at all", async () => {
    const site = makeSite();
    const mapping = join(site.folder, "mappings");
    cpSync(join(PACKAGE_ROOT, "mappings"), mapping, { recursive: true });
    const table = readFileSync(join(mapping, "legacy-codes.csv"), "utf8");
    const lines = table.split("\n");
    site.put("mappings/legacy-codes.csv", [...lines.slice(0, 2), ...lines.slice(1)].join("\n"));
    expect((await site.examine({ mapping })).of("configuration.mapping")).toEqual([
      expect.stringMatching(/^failure: 1 errors, the first in line [23]$/),
    ]);
    expect((await site.examine({ mapping: site.folder })).of("configuration.mapping")).toEqual([
      expect.stringMatching(/^failure: .*statuses\.csv/),
    ]);
  });

  it("reads every layout that is named", async () => {
    const feed = { host: "127.0.0.1", user: "me", folder: "/scan", password: { environment: "NONE" } };
    const scanFiles = [
      { ...feed, name: "a", layout: "dpd-scaninfo" },
      { ...feed, name: "b", layout: "no-such-layout" },
    ];
    const { of } = await makeSite().examine({ feeds: { scanFiles } });
    expect(of("configuration.layout")).toEqual([
      "ok: postnl-scan-csv",
      "ok: dpd-scaninfo",
      "failure: layout: 'no-such-layout'",
    ]);
  });

  it("looks at the folders for reports and scan files, and makes neither", async () => {
    const site = makeSite();
    const taken = site.put("taken", "a file");
    const spoolFolder = join(site.folder, "spool");
    const scanFiles = [{ name: "a", host: "127.0.0.1", user: "me", folder: "/scan" }];
    const settings = { worker: { reportFolder: join(taken, "reports") }, feeds: { scanFiles, spoolFolder } };
    const first = await site.examine(settings);
    expect(first.of("configuration.report-folder")[0]).toMatch(/^failure: /);
    expect(first.of("configuration.spool-folder")).toEqual([
      `ok: ${spoolFolder}, which is made when it is needed`,
    ]);
    mkdirSync(spoolFolder, { mode: 0o700 });
    const look = () => site.examine({ ...settings, worker: { reportFolder: taken } });
    expect((await look()).of("configuration.spool-folder")).toEqual([`ok: ${spoolFolder}`]);
    expect((await look()).of("configuration.report-folder")).toEqual([
      `failure: ${taken} may not be written to`,
    ]);
    chmodSync(spoolFolder, 0o755);
    expect((await look()).of("configuration.spool-folder")).toEqual([
      `failure: ${spoolFolder}: others may look into it`,
    ]);
  });
});
