import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { InputError, StoreBusy, UsageError } from "../src/domain/errors.ts";
import { toProblem } from "../src/log.ts";

/** What a script of its own writes with the log. */
function logOf(script: string): { readonly lines: Record<string, unknown>[]; readonly stdout: string } {
  const url = JSON.stringify(new URL("../src/log.ts", import.meta.url).href);
  const { stderr, stdout, status } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", `import { makeLog } from ${url}; ${script}`],
    { encoding: "utf8" },
  );
  expect(status).toBe(0);
  const lines = stderr.split("\n").filter((line) => line !== "");
  return { lines: lines.map((line) => JSON.parse(line)), stdout };
}

describe("makeLog", () => {
  it("writes a line of JSON to standard error for each event, at once", () => {
    const { lines, stdout } = logOf(
      `const log = makeLog("info"); log.info("one", { rows: 3 }); log.warn("two"); process.kill(process.pid, 0); process.exit(0)`,
    );
    expect(stdout).toBe("");
    expect(lines).toMatchObject([
      { level: "info", event: "one", rows: 3 },
      { level: "warn", event: "two" },
    ]);
    for (const { time } of lines) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  it("leaves out lower levels", () => {
    const { lines } = logOf(`const log = makeLog("warn"); log.info("one"); log.error("two");`);
    expect(lines.map(({ event }) => event)).toEqual(["two"]);
  });

  it("leaves out every field that is not allowed, whatever is passed", () => {
    const { lines } = logOf(
      `makeLog("info").info("one", { rows: 1, barcode: "3SDEVC1", body: { name: "J. Jansen" }, toString: "x" });`,
    );
    expect(Object.keys(lines[0] ?? {}).toSorted()).toEqual(["event", "level", "pid", "rows", "time"]);
  });

  it("goes on when nobody reads it any more", () => {
    const url = JSON.stringify(new URL("../src/log.ts", import.meta.url).href);
    const script = `import { closeSync } from "node:fs"; import { makeLog } from ${url};
      const log = makeLog("info"); closeSync(2); log.info("one"); setTimeout(() => { log.info("two"); console.log("alive"); }, 20);`;
    const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
    });
    expect([stdout, status]).toEqual(["alive\n", 0]);
  });
});

describe("toProblem", () => {
  const complaint = { place: "a place", value: "a value", expected: "another", todo: "correct it" };

  it.each([new UsageError(complaint), new StoreBusy(complaint)])(
    "gives our own message in full: %s",
    (error) => {
      expect(toProblem(error)).toBe("a place: a value → another → correct it");
    },
  );

  it("gives of other errors no word of their message, but where they were thrown", () => {
    const thrown: unknown[] = [];
    for (const work of [
      () => JSON.parse('{"name":"J. Jansen"'),
      () => JSON.parse("J. Jansen"),
      () => {
        throw new TypeError("J. Jansen\n    at J. Jansen (Kerkstraat 1)");
      },
      () => {
        throw new InputError("TIME_INVALID", { ...complaint, value: "J. Jansen" });
      },
    ]) {
      try {
        work();
      } catch (error) {
        thrown.push(error);
      }
    }
    expect(thrown).toHaveLength(4);
    for (const error of thrown) {
      expect(toProblem(error)).not.toMatch(/Jansen|Kerkstraat/);
      expect(toProblem(error)).toMatch(
        /^(SyntaxError|TypeError|InputError)( TIME_INVALID)? {4}at .*log\.test\.ts/,
      );
    }
  });

  it.each(["J. Jansen", { name: "J. Jansen" }, null, undefined])(
    "says nothing of what is no error: %o",
    (thrown) => {
      expect(toProblem(thrown)).toBe("something was thrown that is no error");
    },
  );
});
