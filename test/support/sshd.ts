import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished } from "vitest";

/** OpenSSH's server; `undefined` where the machine has none. */
export const SSHD = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/opt/homebrew/sbin/sshd"].find(existsSync);

export interface SshDaemon {
  readonly port: number;
  /** Of the host key, as ssh-keygen prints it. */
  readonly fingerprint: string;
  /** Of the user who runs the tests. */
  readonly privateKey: string;
}

/**
 * Starts sshd in the foreground, for the user who runs the tests; it ends with
 * the test.
 *
 * @param folder where its keys and settings are written
 * @param keyType the user's key
 */
export async function startSshd(folder: string, keyType: string, passphrase = ""): Promise<SshDaemon> {
  await chmod(folder, 0o755);
  keygen("-q", "-t", "ed25519", "-N", "", "-f", join(folder, "host"));
  keygen("-q", "-t", keyType, "-N", passphrase, "-f", join(folder, "user"));
  const port = await findFreePort();
  const settings = join(folder, "sshd_config");
  await writeFile(
    settings,
    [
      `ListenAddress 127.0.0.1:${port}`,
      `HostKey ${join(folder, "host")}`,
      `AuthorizedKeysFile ${join(folder, "user.pub")}`,
      "PermitRootLogin prohibit-password",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "UsePAM no",
      "StrictModes no",
      "PidFile none",
      "Subsystem sftp internal-sftp",
      "",
    ].join("\n"),
  );
  // Where the system starts sshd itself, it makes this folder first.
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const daemon = spawn(SSHD ?? "", ["-D", "-e", "-f", settings], { stdio: ["ignore", "ignore", "pipe"] });
  onTestFinished(async () => {
    if (daemon.exitCode !== null) return;
    const ended = new Promise((resolve) => daemon.once("exit", resolve));
    daemon.kill();
    await ended;
  });
  const said: string[] = [];
  for await (const line of createInterface({ input: daemon.stderr })) {
    said.push(line);
    if (line.includes("Server listening on 127.0.0.1")) break;
  }
  daemon.stderr.resume();
  expect(said.join("\n")).toContain("Server listening");
  // 256 SHA256:… comment (ED25519)
  const fingerprint = keygen("-lf", join(folder, "host.pub")).split(" ")[1] ?? "";
  return { port, fingerprint, privateKey: await readFile(join(folder, "user"), "utf8") };
}

function keygen(...args: string[]): string {
  return execFileSync("ssh-keygen", args, { encoding: "utf8" });
}

async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => {
    probe.listen(0, "127.0.0.1", resolve);
  });
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
