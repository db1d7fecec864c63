import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export interface SmallDisk {
  readonly folder: string;
  /** From now on nothing on it can be written, not even by root. */
  makeReadOnly(): void;
  /** Makes room. */
  grow(megabytes: number): void;
}

/**
 * Mounts a disk of its own for the test that runs.
 *
 * @returns `undefined` where it cannot be mounted: only root may, and not everywhere
 */
export function mountSmallDisk(megabytes: number): SmallDisk | undefined {
  const folder = mkdtempSync(join(tmpdir(), "trackbridge-disk-"));
  const isMounted = run("mount", "-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", folder);
  onTestFinished(() => {
    if (isMounted) run("umount", "-l", folder);
    rmSync(folder, { recursive: true, force: true });
  });
  if (!isMounted) return undefined;
  chmodSync(folder, 0o777);
  const remount = (option: string): void => {
    if (!run("mount", "-o", `remount,${option}`, folder)) throw new Error(`${folder} cannot be ${option}`);
  };
  return {
    folder,
    makeReadOnly: () => remount("ro"),
    grow: (more) => remount(`size=${more}m`),
  };
}

function run(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}
