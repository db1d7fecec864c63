import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeProjectCopy } from "../support/project-copy.ts";

/** Runs vitest on one test file, with the plain result as the only reporter. */
function runTests(
  body: string,
  { ci, shared = false, only }: { ci: boolean; shared?: boolean; only?: string },
) {
  const folder = makeProjectCopy(["config/tools/plain-result.ts", "test/support/shared.ts"], {
    "test/sample.test.ts": `
      import { beforeAll, describe, expect, it } from "vitest";
      import { describeWithShared } from "./support/shared.ts";
      ${body}`,
  });
  if (shared) mkdirSync(join(folder, "../shared"));
  const { stdout, status } = spawnSync(
    process.execPath,
    [
      join(folder, "node_modules/vitest/vitest.mjs"),
      "run",
      "--reporter=./config/tools/plain-result.ts",
      ...(only === undefined ? [] : ["-t", only]),
    ],
    { cwd: folder, encoding: "utf8", env: { ...process.env, CI: ci ? "true" : "" } },
  );
  return { lines: stdout.trimEnd().split("\n"), status };
}

const GOOD = `it("adds", () => expect(1 + 1).toBe(2));`;
const BAD = `it("subtracts", () => expect(1 - 1).toBe(2));`;
const STANDS_ASIDE = `it("waits", ({ skip }) => skip("the moon is not full"));`;
const ON_WORLDS = `describeWithShared("worlds", () => { it("agrees", () => expect(1).toBe(1)); });`;

describe("PlainResult", () => {
  it("ends with the counts alone on a line", () => {
    expect(runTests(GOOD, { ci: true })).toEqual({ lines: ["1 passed, 0 failed"], status: 0 });
  });

  it("counts failed tests", () => {
    const { lines, status } = runTests(GOOD + BAD, { ci: false });
    expect(lines.at(-1)).toBe("1 passed, 1 failed");
    expect(status).toBe(1);
  });

  it("counts as failed what could not be run", () => {
    for (const [body, counts] of [
      [`${GOOD} throw new Error("the file breaks");`, "0 passed, 1 failed"],
      [
        `describe("rows", () => { beforeAll(() => { throw new Error("no"); }); ${GOOD} });`,
        "0 passed, 1 failed, 1 skipped",
      ],
      [
        `it("leaves an error behind", async () => { void Promise.reject(new Error("late")); await 0; });`,
        "1 passed, 1 failed",
      ],
    ] as const) {
      const { lines, status } = runTests(body, { ci: false });
      expect(lines.at(-1)).toBe(counts);
      expect(status).toBe(1);
    }
  });

  it("lists what was skipped, with the reason", () => {
    expect(runTests(GOOD + STANDS_ASIDE, { ci: false })).toEqual({
      lines: ["skipped: test/sample.test.ts › waits: the moon is not full", "1 passed, 0 failed, 1 skipped"],
      status: 0,
    });
  });

  it("fails a skipped test in CI", () => {
    const { lines, status } = runTests(GOOD + STANDS_ASIDE, { ci: true });
    expect(lines.at(-1)).toBe("1 passed, 1 failed");
    expect(status).toBe(1);
  });

  it("lets tests on ../shared stand aside where it is absent, in CI too", () => {
    expect(runTests(GOOD + ON_WORLDS, { ci: true })).toEqual({
      lines: [
        "skipped: test/sample.test.ts › worlds > reads ../shared: ../shared is absent: put it beside the checkout to run these",
        "1 passed, 0 failed, 1 skipped",
      ],
      status: 0,
    });
  });

  it("runs tests on ../shared where it is there", () => {
    const { lines } = runTests(GOOD + ON_WORLDS, { ci: true, shared: true });
    expect(lines).toEqual(["2 passed, 0 failed"]);
  });

  it("says nothing of tests that were not asked for", () => {
    const { lines } = runTests(GOOD + STANDS_ASIDE, { ci: true, only: "adds" });
    expect(lines).toEqual(["1 passed, 0 failed"]);
  });
});
