import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface LockedPackage {
  readonly version: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lockfile = readFileSync(new URL("../../package-lock.json", import.meta.url), "utf8");
const packages: Record<string, LockedPackage> = JSON.parse(lockfile).packages;

describe("package-lock.json", () => {
  it("names no registry, so that npm ci asks whichever one the machine is set to", () => {
    expect(Object.keys(packages).filter((path) => packages[path]?.resolved !== undefined)).toEqual([]);
  });

  it("holds the binaries of every platform, without which npm ci refuses it", () => {
    const optional = Object.values(packages).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}),
    );
    const absent = optional.filter(
      (name) => !Object.keys(packages).some((path) => path.endsWith(`node_modules/${name}`)),
    );
    expect(absent).toEqual([]);
  });

  it("holds a checksum of every package that does not depend on the platform", () => {
    const unchecked = Object.entries(packages).filter(
      ([path, { integrity, os }]) => path !== "" && os === undefined && integrity === undefined,
    );
    expect(unchecked.map(([path]) => path)).toEqual([]);
  });
});
