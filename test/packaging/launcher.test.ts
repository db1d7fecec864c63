import { spawn } from "node:child_process";
import { once } from "node:events";
import { renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { makeProjectCopy } from "../support/project-copy.ts";

/** A program that says how it was started, then does what its first argument says. */
const MAIN = `
  const [wish = "", ...rest]: string[] = process.argv.slice(2);
  const said = { pid: process.pid, ppid: process.ppid, rest, colour: process.env["COLOUR"] };
  console.log(JSON.stringify(said));
  if (wish === "answer") process.on("SIGINT", () => process.exit(130)).on("SIGTERM", () => process.exit(4));
  if (wish === "answer" || wish === "wait") { setInterval(() => {}, 60_000); console.log("ready"); }
  if (wish === "echo") process.stdin.pipe(process.stdout);
  if (wish === "fail") process.exitCode = 3;
`;

/** Makes Node look like one that is too old, so that the launcher looks for another wherever the tests run. */
const OLD_NODE = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.0.0" } });`;

function makeInstallation(files: Record<string, string> = { "src/cli/main.ts": MAIN }): string {
  return makeProjectCopy(["src/cli/launcher.mjs", "src/cli/node-settings.mjs"], {
    "package.json": `{ "type": "module" }`,
    "old-node.cjs": OLD_NODE,
    ...files,
  });
}

function launch(folder: string, args: string[], { oldNode = true, path = "src/cli/launcher.mjs" } = {}) {
  const flags = oldNode ? ["--require", join(folder, "old-node.cjs")] : [];
  return spawn(process.execPath, [...flags, join(folder, path), ...args], {
    env: { ...process.env, COLOUR: "blue" },
  });
}

async function run(child: ReturnType<typeof launch>, input = "") {
  child.stdin.end(input);
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit"),
  ]);
  return { pid: child.pid, stdout, stderr, code, signal };
}

describe("the launcher", () => {
  it("runs the program in its own process where Node is new enough", async () => {
    const { pid, stdout, stderr, code } = await run(
      launch(makeInstallation(), ["fail", "a b"], { oldNode: false }),
    );
    expect(JSON.parse(stdout)).toMatchObject({ pid, rest: ["a b"], colour: "blue" });
    expect(stderr).toBe("");
    expect(code).toBe(3);
  });

  it("runs the program on the project's Node where the machine's is too old", async () => {
    const { pid, stdout, stderr, code } = await run(launch(makeInstallation(), ["fail", "a b", "--now", ""]));
    expect(JSON.parse(stdout)).toMatchObject({ ppid: pid, rest: ["a b", "--now", ""], colour: "blue" });
    expect(stderr).toBe("");
    expect(code).toBe(3);
  });

  it("hands over standard input", async () => {
    const { stdout } = await run(launch(makeInstallation(), ["echo"]), "3SDEVC123456789\n");
    expect(stdout.split("\n").at(-2)).toBe("3SDEVC123456789");
  });

  it("runs when called by a symbolic link, as npm install -g makes it", async () => {
    const folder = makeInstallation();
    symlinkSync(join(folder, "src/cli/launcher.mjs"), join(folder, "../trackbridge"));
    const { stdout, code } = await run(launch(folder, ["", "x"], { path: "../trackbridge" }));
    expect(JSON.parse(stdout)).toMatchObject({ rest: ["x"] });
    expect(code).toBe(0);
  });

  it("runs the JavaScript of a packed package, which has no TypeScript", async () => {
    const folder = makeInstallation({ "dist/cli/main.js": `console.log("compiled");` });
    expect(await run(launch(folder, []))).toMatchObject({ stdout: "compiled\n", code: 0 });
  });

  it("prefers the TypeScript of a checkout over a dist that was left there", async () => {
    const folder = makeInstallation({
      "src/cli/main.ts": `console.log("source");`,
      "dist/cli/main.js": `console.log("compiled");`,
    });
    expect(await run(launch(folder, []))).toMatchObject({ stdout: "source\n", code: 0 });
  });

  it.for([
    ["SIGINT", 130],
    ["SIGTERM", 4],
  ] as const)("passes %s on, and ends as the program ends", async ([signal, expected]) => {
    const child = launch(makeInstallation(), ["answer"]);
    child.stdout.on("data", (said) => String(said).includes("ready") && child.kill(signal));
    expect(await run(child)).toMatchObject({ code: expected, signal: null, stderr: "" });
  });

  it.for(["SIGINT", "SIGTERM", "SIGKILL"] as const)("dies by %s when the program does", async (signal) => {
    const child = launch(makeInstallation(), ["wait"]);
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
      if (said.endsWith("ready\n")) process.kill(JSON.parse(said.split("\n")[0] ?? "").pid, signal);
    });
    expect(await run(child)).toMatchObject({ code: null, signal, stderr: "" });
  });

  it("says what to do where the runtime is not installed", async () => {
    const folder = makeInstallation();
    rmSync(join(folder, "node_modules"));
    const { stdout, stderr, code } = await run(launch(folder, []));
    expect(stderr).toMatch(/^npm package 'node': not installed → Node 26.* → install again.*\n$/);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it.for([
    ["that was not fetched", {}, /^\S+\/node_modules\/node\/bin\/node: missing on \w+-\w+ → Node 26.*\n$/],
    [
      "that cannot run here",
      { "packages/node/bin/node": "for another machine" },
      /^\S+\/node_modules\/node\/bin\/node: EACCES on \w+-\w+ → Node 26.*\n$/,
    ],
  ] as const)("says what to do with a runtime %s", async ([, files, message]) => {
    const folder = makeInstallation({
      "src/cli/main.ts": MAIN,
      "packages/node/package.json": `{ "bin": { "node": "bin/node" } }`,
      ...files,
    });
    rmSync(join(folder, "node_modules"));
    renameSync(join(folder, "packages"), join(folder, "node_modules"));
    const { stderr, code } = await run(launch(folder, []));
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it("says what to do where the program itself is missing", async () => {
    const { stderr, code } = await run(launch(makeInstallation({}), []));
    expect(stderr).toMatch(/main\.js: missing → the program → install the package again\n$/);
    expect(code).toBe(2);
  });
});
