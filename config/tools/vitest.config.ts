import { fileURLToPath } from "node:url";
import { defineConfig, type TestProjectConfiguration } from "vitest/config";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Tests that read, compute or show times. They must hold wherever the machine stands. */
const TIME_TESTS = [
  "test/domain/**/*.test.ts",
  "test/report/**/*.test.ts",
  "test/sources/**/parse-*.test.ts",
  "test/**/*{clock,time,zone}*.test.ts",
  "test/worker/plan-*.test.ts",
];

const inZone = (
  zone: string,
  include: string[],
  more: { readonly globalSetup?: string[] } = {},
): TestProjectConfiguration => ({
  extends: true,
  test: { name: zone, include, env: { TZ: zone }, ...more },
});

export default defineConfig({
  root,
  test: {
    // A process of its own for each file: a zone is set for a process, not for a thread.
    pool: "forks",
    // Far beyond what any test needs on a busy machine, so that only a test that hangs meets it.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    setupFiles: ["test/support/seed-in-ci.ts"],
    reporters: ["default", fileURLToPath(new URL("./plain-result.ts", import.meta.url))],
    projects: [
      inZone("UTC", ["test/**/*.test.ts"], { globalSetup: ["test/support/postgres-run.ts"] }),
      inZone("Europe/Amsterdam", TIME_TESTS),
      inZone("America/New_York", TIME_TESTS),
    ],
  },
});
