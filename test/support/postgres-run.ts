import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the run's PostgreSQL is kept, if a test asks for one. */
    readonly postgresFolder: string;
  }
}

let folder = "";

/** Gives the run a place for its PostgreSQL; the first test that needs one starts it. */
export function setup(project: TestProject): void {
  folder = mkdtempSync(join(tmpdir(), "trackbridge-postgres-"));
  project.provide("postgresFolder", folder);
}

export async function teardown(): Promise<void> {
  const guard = join(folder, "guard");
  if (existsSync(guard)) {
    process.kill(Number(readFileSync(guard, "utf8")), "SIGTERM");
    for (let i = 0; i < 200 && existsSync(folder); i += 1) await setTimeout(50);
  }
  rmSync(folder, { recursive: true, force: true });
}
