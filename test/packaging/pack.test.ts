import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeProjectCopy } from "../support/project-copy.ts";

const PACKED = ["src", "config", "mappings", "package.json", "tsconfig.json", "README.md", "LICENSE"];

/** Downloading the runtime may take minutes on a slow line. */
const INSTALL_LIMIT_MS = 600_000;

/** The environment of someone who stands outside the project: the machine's own Node, and nothing of `npm test`. */
function makeOutsideEnvironment(): NodeJS.ProcessEnv {
  const outside = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(package|lifecycle|config_local_prefix)|INIT_CWD|NODE_OPTIONS|VITEST|NODE_ENV)/.test(name),
  );
  const path = (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(delimiter);
  return { ...Object.fromEntries(outside), PATH: path };
}

/** Packs the project and installs the package in a folder that holds nothing else; returns that folder. */
function installPackage(env: NodeJS.ProcessEnv): string {
  const project = makeProjectCopy(PACKED, {});
  const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", ".."], {
    cwd: project,
    env,
    stdio: "pipe",
  });
  expect(readdirSync(project)).not.toContain("dist");

  const folder = join(project, "../empty");
  mkdirSync(folder);
  // npm asks the one who installs to allow install scripts; only the runtime's has to run.
  const allowScripts = { node: true, "better-sqlite3": false, ssh2: false, "cpu-features": false };
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, allowScripts }));
  const [{ filename }] = JSON.parse(packed.toString());
  execFileSync("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", `../${filename}`], {
    cwd: folder,
    env,
    stdio: "pipe",
  });
  return folder;
}

describe("the packed package", () => {
  it(
    "runs where it is installed",
    () => {
      const env = makeOutsideEnvironment();
      const folder = installPackage(env);
      const trackbridge = (...args: string[]) => {
        const { stdout, stderr, status } = spawnSync("npx", ["trackbridge", ...args], {
          cwd: folder,
          env,
          encoding: "utf8",
        });
        // What npm has to say of its own settings is not ours.
        return { stdout, stderr: stderr.replaceAll(/^npm (warn|notice).*\n/gm, ""), status };
      };

      expect(readdirSync(join(folder, "node_modules/trackbridge")).toSorted()).toEqual([
        "LICENSE",
        "README.md",
        "config",
        "dist",
        "mappings",
        "package.json",
        "src",
      ]);

      const help = trackbridge("--help");
      expect(help.stderr).toBe("");
      expect(help.stdout).toContain("trackbridge");
      expect(help.status).toBe(0);

      // A run with data: here it reads its tables, layouts and settings from the package.
      writeFileSync(
        join(folder, "TT_11223344_20260307_180000_001.csv"),
        [
          "Barcode;Waarneming;Tijdstip;Locatie;Klantnummer;Klantcode;Referentie;Productcode;Hoofdbarcode;ColloNummer;ColloAantal",
          "3SDEVC123456789;A01;07-03-2026 12:00:00;888888;11223344;DEVC;ORDER-1001;3085;;1;1",
          "#EOF;1",
          "",
        ].join("\r\n"),
      );
      const imported = trackbridge(
        ...["--database", "sqlite:trackbridge.db", "--now", "2026-03-08T00:00:00Z", "--format", "json"],
        ...["import", "legacy-scan", "TT_11223344_20260307_180000_001.csv"],
      );
      expect(imported.stderr).toBe("");
      expect(JSON.parse(imported.stdout)).toEqual({
        channel: "legacy-scan",
        intakes: 1,
        seen: 1,
        accepted: 1,
        duplicates: 0,
        quarantined: 0,
      });
      expect(imported.status).toBe(0);
    },
    INSTALL_LIMIT_MS,
  );
});
