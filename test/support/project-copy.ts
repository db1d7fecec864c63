import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The folder of the checkout, with its final slash. */
const projectFolder: string = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Makes a folder that lasts as long as the test, with `copied` (paths in the
 * checkout), `files` (content by path) and the project's packages, so that a
 * tool can be shown code that must not stand in the checkout. Nothing stands
 * beside it.
 */
export function makeProjectCopy(copied: readonly string[], files: Readonly<Record<string, string>>): string {
  const parent = mkdtempSync(join(tmpdir(), "trackbridge-"));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const folder = join(parent, "checkout");
  mkdirSync(folder);
  symlinkSync(join(projectFolder, "node_modules"), join(folder, "node_modules"));
  for (const path of copied) cpSync(join(projectFolder, path), join(folder, path), { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
