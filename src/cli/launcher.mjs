#!/usr/bin/env node
// Starts the program on Node 26, whatever Node the machine has. Plain JavaScript that Node 20 runs.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { NODE_FLAGS, toNodeEnvironment } from "./node-settings.mjs";

const NEEDED_MAJOR = 26;

// A checkout runs its TypeScript as it is, also where a `dist` lies about. The packed package holds only
// JavaScript, since Node strips no types under node_modules.
const source = fileURLToPath(new URL("./main.ts", import.meta.url));
const compiled = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const main = existsSync(source) ? source : compiled;

if (!existsSync(main)) {
  refuse(main, "missing", "the program", "install the package again");
} else if (Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR) {
  await import(pathToFileURL(main).href);
} else {
  const node = findNode();
  if (node !== undefined) runOn(node);
}

/** Runs the program on another Node: same arguments, streams, environment, signals, and end. */
function runOn(node) {
  const child = spawn(node, [...NODE_FLAGS, ...process.execArgv, main, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: toNodeEnvironment(process.env),
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => refuseRuntime(node, `${error.code ?? error.message} on ${platform()}`));
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal];
    if (signal === null) return;
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** The Node of the npm package `node`, wherever npm has put that; complains and returns nothing where it is absent. */
function findNode() {
  let manifest;
  try {
    manifest = createRequire(import.meta.url).resolve("node/package.json");
  } catch {
    return refuseRuntime("npm package 'node'", "not installed");
  }
  // Its install script fetches the binary for this platform, and on Windows changes the name given here.
  const node = join(dirname(manifest), JSON.parse(readFileSync(manifest, "utf8")).bin.node);
  return existsSync(node) ? node : refuseRuntime(node, `missing on ${platform()}`);
}

function platform() {
  return `${process.platform}-${process.arch}`;
}

function refuseRuntime(place, value) {
  refuse(
    place,
    value,
    `Node ${NEEDED_MAJOR}, which the install script of npm package 'node' puts there`,
    `install again with that script allowed ("allowScripts": { "node": true } in package.json; ` +
      `with -g: --allow-scripts=node), or call this with your own Node ${NEEDED_MAJOR} or newer`,
  );
}

/** One line by the recipe *place: value → what was expected → what to do*, and the exit code of a usage error. */
function refuse(place, value, expected, todo) {
  process.stderr.write(`${place}: ${value} → ${expected} → ${todo}\n`);
  process.exitCode = 2;
}
