import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import walls from "../../config/tools/dependency-cruiser.ts";
import { makeProjectCopy } from "../support/project-copy.ts";

/** For each rule, a file that breaks it and what that file imports. */
const TRESPASSES: Record<string, readonly [file: string, imported: string]> = {
  "domain-knows-its-neighbours": ["src/domain/trespass.ts", "../mapping/translate.ts"],
  "mapping-knows-its-neighbours": ["src/mapping/trespass.ts", "../store/store.ts"],
  "sources-knows-its-neighbours": ["src/sources/webhook/trespass.ts", "../../mapping/load-tables.ts"],
  "intake-knows-its-neighbours": ["src/intake/trespass.ts", "../reconcile/reconcile.ts"],
  "store-knows-its-neighbours": ["src/store/sqlite/trespass.ts", "../../reconcile/reconcile.ts"],
  "reconcile-knows-its-neighbours": ["src/reconcile/trespass.ts", "../store/store.ts"],
  "report-knows-its-neighbours": ["src/report/trespass.ts", "../store/store.ts"],
  "sandbox-knows-its-neighbours": ["src/sandbox/trespass.ts", "../sources/webhook/receiver.ts"],
  "worker-knows-its-neighbours": ["src/worker/trespass.ts", "../web/pages.ts"],
  "cli-knows-its-neighbours": ["src/cli/trespass.ts", "../store/store.ts"],
  "web-knows-its-neighbours": ["src/web/trespass.ts", "../cli/main.ts"],
  "config-knows-its-neighbours": ["src/config.ts", "./store/store.ts"],
  "feed-settings-knows-its-neighbours": ["src/feed-settings.ts", "./log.ts"],
  "secrets-knows-its-neighbours": ["src/secrets.ts", "./clock.ts"],
  "package-root-knows-its-neighbours": ["src/package-root.ts", "./log.ts"],
  "every-file-has-a-room": ["src/common/trespass.ts", "../domain/status.ts"],
  "clock-knows-its-neighbours": ["src/clock.ts", "./domain/status.ts"],
  "log-knows-its-neighbours": ["src/log.ts", "./clock.ts"],
  "better-sqlite3-has-one-home": ["src/store/trespass-a.ts", "better-sqlite3"],
  "pg-has-one-home": ["src/store/trespass-b.ts", "pg"],
  "pg-copy-streams-has-one-home": ["src/store/trespass-c.ts", "pg-copy-streams"],
  "ssh2-sftp-client-has-one-home": ["src/sources/trespass-a.ts", "ssh2-sftp-client"],
  "ssh2-has-one-home": ["src/sources/trespass-b.ts", "ssh2"],
  "csv-parse-has-one-home": ["src/sources/trespass-c.ts", "csv-parse/sync"],
  "saxes-has-one-home": ["src/sources/trespass-d.ts", "saxes"],
  "undici-has-one-home": ["src/sources/webhook/trespass-a.ts", "undici"],
  "jose-has-one-home": ["src/intake/trespass-a.ts", "jose"],
  "fastify-has-one-home": ["src/sources/trespass-e.ts", "fastify"],
  "node-cron-has-one-home": ["src/cli/trespass-a.ts", "node-cron"],
  "commander-has-one-home": ["src/web/trespass-a.ts", "commander"],
  "cli-progress-has-one-home": ["src/web/trespass-b.ts", "cli-progress"],
  "pino-has-one-home": ["src/web/trespass-c.ts", "pino"],
  "echarts-has-one-home": ["src/web/trespass-d.ts", "echarts"],
  "pure-rooms-touch-nothing": ["src/reconcile/trespass-a.ts", "node:fs"],
  "pure-rooms-import-no-driver": ["src/report/trespass-a.ts", "zod"],
  "mapping-reads-in-its-loader": ["src/mapping/trespass-a.ts", "node:fs"],
  "databases-do-not-mix": ["src/store/postgres/trespass.ts", "../sqlite/open.ts"],
  "no-circle": ["src/domain/trespass-a.ts", "./trespass-b.ts"],
  "src-stands-alone": ["src/sandbox/trespass-a.ts", "../../test/support/shared.ts"],
  "declared-packages-only": ["src/sandbox/trespass-b.ts", "fast-check"],
  resolvable: ["src/sandbox/trespass-c.ts", "./not-there.ts"],
  "no-dead-file": ["src/domain/trespass-dead.ts", "./status.ts"],
};

/** A small program that keeps every rule, and shows what each must let pass. */
const LAWFUL: Record<string, readonly string[]> = {
  "src/cli/main.ts": [
    "../app.ts",
    "../config.ts",
    "../package-root.ts",
    "commander",
    "cli-progress",
    "../report/render.ts",
  ],
  "src/app.ts": [
    "./worker/work.ts",
    "./web/pages.ts",
    "./sandbox/carrier.ts",
    "./sources/webhook/receiver.ts",
    "./sources/legacy-scan/sftp.ts",
    "./sources/legacy-api/client.ts",
    "./intake/save.ts",
    "./store/sqlite/open.ts",
    "./store/postgres/open.ts",
    "./reconcile/reconcile.ts",
    "./mapping/load-tables.ts",
  ],
  "src/config.ts": ["node:fs", "yaml", "zod", "./feed-settings.ts"],
  "src/feed-settings.ts": ["zod", "./secrets.ts", "./domain/status.ts"],
  "src/secrets.ts": ["node:fs", "zod", "./domain/status.ts"],
  "src/package-root.ts": ["node:url"],
  "src/clock.ts": [],
  "src/log.ts": [],
  "src/domain/status.ts": ["node:crypto"],
  "src/mapping/translate.ts": ["../domain/status.ts"],
  "src/mapping/load-tables.ts": ["./translate.ts", "node:fs", "csv-parse/sync", "yaml"],
  "src/sources/http.ts": ["undici", "../log.ts", "../clock.ts"],
  "src/sources/legacy-api/client.ts": ["../http.ts", "undici", "zod", "../../intake/incoming.ts"],
  "src/sources/legacy-scan/sftp.ts": [
    "../../mapping/translate.ts",
    "ssh2",
    "ssh2-sftp-client",
    "csv-parse",
    "saxes",
    "node:fs",
  ],
  "src/sources/webhook/receiver.ts": ["fastify", "jose", "../../intake/incoming.ts"],
  "src/intake/incoming.ts": ["../domain/status.ts"],
  "src/intake/save.ts": ["../store/store.ts"],
  "src/store/store.ts": ["../intake/incoming.ts", "../domain/status.ts"],
  "src/store/sqlite/open.ts": ["better-sqlite3", "../store.ts"],
  "src/store/postgres/open.ts": ["pg", "pg-copy-streams", "../store.ts"],
  "src/reconcile/reconcile.ts": ["../mapping/translate.ts", "node:crypto"],
  "src/report/render.ts": ["../reconcile/reconcile.ts", "echarts", "csv-stringify/sync"],
  "src/sandbox/carrier.ts": ["../package-root.ts", "ssh2", "fastify", "../domain/status.ts", "node:http"],
  "src/worker/work.ts": ["../clock.ts"],
  "src/web/pages.ts": ["fastify", "../report/render.ts"],
  "test/support/shared.ts": [],
};

const toImports = (imported: readonly string[]) => imported.map((name) => `import "${name}";\n`).join("");

/** Checks a tree of files; returns `rule: file → what it reached` for each finding. */
function checkWalls(files: Record<string, string>): string[] {
  const folder = makeProjectCopy(["package.json", "config/tools/dependency-cruiser.ts"], files);
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(folder, "node_modules/.bin/depcruise"),
      ...["--config", "config/tools/dependency-cruiser.ts", "--output-type", "json", "src"],
    ],
    { cwd: folder, encoding: "utf8", maxBuffer: 64 * 2 ** 20 },
  );
  expect(stderr).toBe("");
  const { violations, issues = [] } = JSON.parse(stdout).summary;
  expect(issues).toEqual([]);
  return violations.map(
    ({ rule, from }: { rule: { name: string }; from: string }) => `${rule.name}: ${from}`,
  );
}

function makeLawful(): Record<string, string> {
  return Object.fromEntries(Object.entries(LAWFUL).map(([file, imported]) => [file, toImports(imported)]));
}

describe("the walls", () => {
  it("let a program pass that keeps them", () => {
    expect(checkWalls(makeLawful())).toEqual([]);
  });

  it("are all shown to bite", () => {
    expect(Object.keys(TRESPASSES).toSorted()).toEqual(walls.forbidden.map(({ name }) => name).toSorted());
  });

  it("say why they stand and what to do", () => {
    for (const { name, comment = "" } of walls.forbidden) {
      expect(comment.split(/[.:;,] /).length, name).toBeGreaterThan(1);
    }
  });

  it.for(["import", "type"] as const)("catch each trespass by %s", (form) => {
    const files = makeLawful();
    // Everything that trespasses is part of the program, but for the dead file.
    for (const [file] of Object.values(TRESPASSES)) {
      if (file in LAWFUL || file.endsWith("-dead.ts")) continue;
      files["src/app.ts"] += `import "./${file.slice("src/".length)}";\n`;
    }
    for (const [file, imported] of Object.values(TRESPASSES)) {
      files[file] =
        (files[file] ?? "") +
        (form === "import" ? `import "${imported}";\n` : `import type { Thing } from "${imported}";\n`);
    }
    files["src/domain/trespass-b.ts"] = `import "./trespass-a.ts";\n`;

    // Types alone may come from a package that is only there to develop.
    const passing = form === "import" ? [] : ["declared-packages-only"];
    const caught = checkWalls(files);
    for (const [rule, [file]] of Object.entries(TRESPASSES)) {
      if (passing.includes(rule)) expect(caught).not.toContain(`${rule}: ${file}`);
      else expect(caught).toContain(`${rule}: ${file}`);
    }
  });
});

/** Lints a tree of files; returns `file: rule` for each finding. */
function lint(files: Record<string, string>): string[] {
  const folder = makeProjectCopy(["package.json", "tsconfig.json", "config/tools"], files);
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(folder, "node_modules/.bin/biome"),
      ...[
        "lint",
        "--config-path=config/tools/lint.jsonc",
        "--reporter=json",
        "--max-diagnostics=none",
        "src",
      ],
    ],
    { cwd: folder, encoding: "utf8" },
  );
  return JSON.parse(stdout).diagnostics.map(
    ({ category, location }: { category: string; location: { path: string } }) =>
      `${location.path}: ${category}`,
  );
}

describe("the linter", () => {
  const ASKS_THE_MACHINE = `
/** The time. */
export const now = (): number => Date.now() + Temporal.Now.instant().epochMilliseconds;
`;

  it("lets only src/clock.ts ask the machine for the time", () => {
    expect(
      lint({ "src/clock.ts": ASKS_THE_MACHINE, "src/reconcile/judge.ts": ASKS_THE_MACHINE }).toSorted(),
    ).toEqual(["src/reconcile/judge.ts: lint/style/noRestrictedGlobals", "src/reconcile/judge.ts: plugin"]);
  });

  it("refuses types imported in passing, which the walls would not see", () => {
    expect(
      lint({ "src/domain/status.ts": `export type Store = import("../store/store.ts").Store;\n` }),
    ).toEqual(["src/domain/status.ts: plugin"]);
  });
});
