import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Reporter, SerializedError, TestCase, TestModule } from "vitest/node";

/** How the reason of a test begins that needs the folder `shared` beside the checkout (`test/support/shared.ts`). */
const SHARED_ABSENT = "../shared is absent";

const sharedIsAbsent = !existsSync(fileURLToPath(new URL("../../../shared/", import.meta.url)));

/**
 * Lists what was skipped, with the reason, and ends with the plain line
 * `N passed, N failed`, followed by `, N skipped` where any was.
 *
 * Failed are tests, files and suites that could not be run, and errors outside
 * every test. In CI (`CI` is set) only what needs an absent `../shared` may be
 * skipped: anything else counts as failed.
 */
export default class PlainResult implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errorsOutside: readonly SerializedError[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const suites = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const skipped = tests.filter((test) => test.result().state === "skipped" && !isLeftOutByName(test));
    const forbidden = process.env.CI ? skipped.filter((test) => !isForWantOfShared(test)) : [];

    const passed = tests.filter((test) => test.result().state === "passed").length;
    const failed =
      tests.filter((test) => ["failed", "pending"].includes(test.result().state)).length +
      suites.filter((suite) => suite.errors().length > 0).length +
      errorsOutside.length +
      forbidden.length;
    const allowed = skipped.length - forbidden.length;

    const lines = [
      ...new Set(skipped.map((test) => `skipped: ${placeOf(test)}: ${reasonOf(test)}`)),
      ...new Set(
        forbidden.map(
          (test) => `failed: ${placeOf(test)}: skipped in CI → only for an absent ../shared → run it`,
        ),
      ),
      `${passed} passed, ${failed} failed${allowed > 0 ? `, ${allowed} skipped` : ""}`,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
    if (failed > 0) process.exitCode = 1;
  }
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return (result.state === "skipped" ? result.note : undefined) ?? "no reason given";
}

function isForWantOfShared(test: TestCase): boolean {
  return sharedIsAbsent && reasonOf(test).startsWith(SHARED_ABSENT);
}

/** Whether someone asked for other tests (`-t`), as opposed to the test standing aside. */
function isLeftOutByName(test: TestCase): boolean {
  const pattern = test.project.globalConfig.testNamePattern;
  return pattern !== undefined && !pattern.test(test.fullName.replaceAll(" > ", " "));
}

function placeOf(test: TestCase): string {
  return `${test.module.relativeModuleId} › ${test.fullName}`;
}
