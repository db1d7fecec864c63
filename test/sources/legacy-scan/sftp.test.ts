import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import ssh2 from "ssh2";
import SftpClient from "ssh2-sftp-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import { makeKeyPair } from "../../../src/sandbox/carrier/make-key-pair.ts";
import {
  type RemoteFile,
  type SftpFaults,
  type SftpServer,
  startSftpServer,
} from "../../../src/sandbox/carrier/sftp-server.ts";
import {
  type FetchedFile,
  fetchScanFiles,
  type ScanFetchOptions,
  SFTP_DEADLINES,
  SFTP_LIMITS,
} from "../../../src/sources/legacy-scan/sftp.ts";
import { SSHD, startSshd } from "../../support/sshd.ts";

const MARCH_1 = 1_772_323_200_000; // 2026-03-01T00:00:00Z
const PASSWORD = "correct horse battery staple";
// printf 'abc' | sha256sum
const HASH_OF_ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

let scratch: string;
let spoolDirectory: string;
let files: Map<string, RemoteFile>;
let faults: SftpFaults;
let server: SftpServer;
const ourKey = makeKeyPair();

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), "trackbridge-sftp-"));
  spoolDirectory = join(scratch, "a", "b", "spool");
  await mkdir(spoolDirectory, { recursive: true });
  files = new Map();
  faults = {};
  server = await startSftpServer({
    username: "scans",
    password: PASSWORD,
    authorizedKeys: [ourKey.public],
    folders: new Map([["/scan", files]]),
    clock: () => MARCH_1,
    faults: {
      claimedSize: (path, sizeBytes) => faults.claimedSize?.(path, sizeBytes) ?? sizeBytes,
      onRead: (path, offset) => faults.onRead?.(path, offset) ?? "answer",
    },
  });
});

afterEach(async () => {
  await server.stop();
  await rm(scratch, { recursive: true, force: true });
});

function put(name: string, content: string | Buffer, modifiedAt = MARCH_1): void {
  files.set(name, { bytes: Buffer.from(content), modifiedAt });
}

/** A run against the server; what is fetched is kept with its content. */
async function run(overrides: Partial<ScanFetchOptions> = {}) {
  const fetched: (FetchedFile & { content: string })[] = [];
  const story = await fetchScanFiles({
    connection: {
      host: server.host,
      port: server.port,
      username: "scans",
      password: PASSWORD,
      hostKeyFingerprints: [server.hostKeyFingerprint],
    },
    folder: "/scan",
    isScanFile: ({ name }) => name.endsWith(".csv"),
    isKnown: () => false,
    spoolDirectory,
    deadlines: SFTP_DEADLINES,
    limits: SFTP_LIMITS,
    retryDelaysMs: [0, 0],
    onFile: async (file) => {
      fetched.push({ ...file, content: await readFile(file.localPath, "latin1") });
      await rm(file.localPath);
    },
    signal: undefined,
    ...overrides,
  });
  return { story, fetched };
}

function connection(overrides: object): ScanFetchOptions["connection"] {
  return {
    host: server.host,
    port: server.port,
    username: "scans",
    password: PASSWORD,
    hostKeyFingerprints: [server.hostKeyFingerprint],
    ...overrides,
  };
}

async function messageOf(attempt: Promise<unknown>): Promise<string> {
  const error = await attempt.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  return (error as UsageError).message;
}

describe("fetchScanFiles", () => {
  it("fetches files whole, in the order of their names, with size, time and hash", async () => {
    const big = Buffer.from(Array.from({ length: 200_003 }, (_, n) => (n * 31) % 256));
    put("b.csv", big, MARCH_1 - 60_000);
    put("a.csv", "abc");
    put("c.csv", "");
    const { story, fetched } = await run();
    expect(fetched).toMatchObject([
      { remoteName: "a.csv", sizeBytes: 3, modifiedAt: MARCH_1, hash: HASH_OF_ABC, content: "abc" },
      {
        remoteName: "b.csv",
        sizeBytes: 200_003,
        modifiedAt: MARCH_1 - 60_000,
        content: big.toString("latin1"),
      },
      { remoteName: "c.csv", sizeBytes: 0, content: "" },
    ]);
    expect(story).toEqual({
      fetched: ["a.csv", "b.csv", "c.csv"],
      rejected: [],
      failed: [],
      notStarted: [],
      known: 0,
      ignored: 0,
      stoppedBy: null,
    });
  });

  it("signs in with a key", async () => {
    put("a.csv", "abc");
    const { story } = await run({
      connection: {
        host: server.host,
        port: server.port,
        username: "scans",
        privateKey: ourKey.private,
        passphrase: undefined,
        hostKeyFingerprints: [server.hostKeyFingerprint],
      },
    });
    expect(story.fetched).toEqual(["a.csv"]);
  });

  it("accepts either of two pins, for the days when the key changes", async () => {
    const next = `SHA256:${"A".repeat(43)}`;
    const { story } = await run({
      connection: connection({ hostKeyFingerprints: [next, server.hostKeyFingerprint] }),
    });
    expect(story.stoppedBy).toBeNull();
  });

  it("refuses a host key that is not pinned, and prints the one to check", async () => {
    const other = `SHA256:${"A".repeat(43)}`;
    for (const hostKeyFingerprints of [[], [other]]) {
      const message = await messageOf(run({ connection: connection({ hostKeyFingerprints }) }));
      expect(message).toContain(`sftp 127.0.0.1:${server.port}: host key ${server.hostKeyFingerprint} →`);
      expect(message).not.toContain(PASSWORD);
    }
  });

  it("refuses a pin that is none", async () => {
    const md5 = "MD5:16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48";
    expect(await messageOf(run({ connection: connection({ hostKeyFingerprints: [md5] }) }))).toContain(md5);
  });

  it("gives up a refused sign-in at once, without a word of the password", async () => {
    const message = await messageOf(run({ connection: connection({ password: "wrong-hunter2" }) }));
    expect(message).toContain("sign-in by password was refused");
    expect(message).not.toContain("hunter2");
  });

  it("tries a sign-in only once, so that no account is locked", async () => {
    let attempts = 0;
    const strict = new ssh2.Server({ hostKeys: [makeKeyPair().private] }, (client) => {
      client.on("error", () => {});
      client.on("authentication", (context) => {
        attempts += 1;
        context.reject(["password"]);
      });
    });
    await new Promise<void>((resolve) => {
      strict.listen(0, "127.0.0.1", resolve);
    });
    const { port } = strict.address() as { port: number };
    const seen = await messageOf(run({ connection: connection({ port, hostKeyFingerprints: [] }) }));
    const fingerprint = /SHA256:\S+/.exec(seen)?.[0];
    expect(attempts).toBe(0);
    await messageOf(run({ connection: connection({ port, hostKeyFingerprints: [fingerprint] }) }));
    expect(attempts).toBe(1);
    await new Promise((resolve) => strict.close(resolve));
  });

  it("says that a private key cannot be read, without a word of it", async () => {
    const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----\n";
    const { password: _, ...keyless } = connection({}) as { password: string };
    const attempt = run({
      connection: { ...keyless, privateKey, passphrase: "pass-hunter2" } as ScanFetchOptions["connection"],
    });
    const message = await messageOf(attempt);
    expect(message).toContain("the private key cannot be read");
    expect(message).not.toMatch(/c2VjcmV0|hunter2/);
  });

  it("says which folder is not there", async () => {
    expect(await messageOf(run({ folder: "/scans" }))).toContain("folder '/scans'");
  });

  it("says that there is no spool directory", async () => {
    const absent = join(scratch, "absent");
    expect(await messageOf(run({ spoolDirectory: absent }))).toContain(absent);
  });

  it("leaves out what is no scan file, and counts it", async () => {
    const temporary = ["tmp", "part", "partial", "filepart", "writing", "incomplete", "PART"];
    for (const end of temporary) put(`a.csv.${end}`, "x");
    put(".a.csv", "x");
    put("readme.txt", "x");
    put("b.csv", "abc");
    const { story } = await run({ isScanFile: ({ name }) => name !== "readme.txt" });
    expect(story).toMatchObject({ fetched: ["b.csv"], ignored: temporary.length + 2 });
  });

  it("leaves out what was taken before, by name, size and time", async () => {
    put("a.csv", "abc");
    put("b.csv", "abcd");
    const asked: unknown[] = [];
    const { story } = await run({
      isKnown: async (file) => {
        asked.push(file);
        return file.name === "a.csv";
      },
    });
    expect(asked).toEqual([
      { name: "a.csv", sizeBytes: 3, modifiedAt: MARCH_1 },
      { name: "b.csv", sizeBytes: 4, modifiedAt: MARCH_1 },
    ]);
    expect(story).toMatchObject({ fetched: ["b.csv"], known: 1 });
  });

  it("lets a semaphore file decide", async () => {
    put("a.csv", "abc");
    put("a.csv.ok", "");
    put("b.csv", "abc");
    const { story } = await run({
      isScanFile: ({ name }, names) => name.endsWith(".csv") && names.has(`${name}.ok`),
    });
    expect(story.fetched).toEqual(["a.csv"]);
  });

  it("never accepts a file that ends before its size", async () => {
    put("cut.csv", "x".repeat(300_000));
    put("whole.csv", "abc");
    faults = { claimedSize: (path, sizeBytes) => (path === "/scan/cut.csv" ? 1_000_000 : sizeBytes) };
    const { story, fetched } = await run();
    expect(story.failed).toEqual([
      { name: "cut.csv", message: expect.stringContaining("300000 bytes came") },
    ]);
    expect(story.failed[0]?.message).toContain("1000000 before");
    expect(fetched.map(({ remoteName }) => remoteName)).toEqual(["whole.csv"]);
    expect(await readdir(spoolDirectory)).toEqual([]);
  });

  it("never accepts a file that goes on beyond its size", async () => {
    put("lie.csv", "x".repeat(300_000));
    faults = { claimedSize: () => 10 };
    const { story } = await run();
    expect(story.failed).toEqual([
      { name: "lie.csv", message: expect.stringContaining("more came than the 10 bytes") },
    ]);
    expect(await readdir(spoolDirectory)).toEqual([]);
  });

  it("never accepts a file whose size was another before, though it is the same after", async () => {
    put("a.csv", "abc");
    let looks = 0;
    let reads = 0;
    faults = {
      // The listing is the first look; then come one before and one after the transfer.
      claimedSize: (_path, sizeBytes) => {
        looks += 1;
        return looks === 2 ? sizeBytes + 2 : sizeBytes;
      },
      onRead: (_path, offset) => {
        if (offset === 0) reads += 1;
        return "answer";
      },
    };
    const { story } = await run();
    expect(story.fetched).toEqual(["a.csv"]);
    expect(reads).toBe(2);
  });

  it("takes a file that grew while it was read only when it has come to rest", async () => {
    put("a.csv", "ab");
    let reads = 0;
    faults = {
      onRead: () => {
        reads += 1;
        if (reads === 1) put("a.csv", "abc");
        return "answer";
      },
    };
    const { story, fetched } = await run();
    expect(story.failed).toEqual([]);
    expect(fetched).toMatchObject([{ sizeBytes: 3, hash: HASH_OF_ABC, content: "abc" }]);
    expect(reads).toBeGreaterThan(2);
  });

  it("leaves a file that never comes to rest for the next run", async () => {
    put("a.csv", "a");
    let size = 1;
    faults = {
      onRead: (_path, offset) => {
        if (offset === 0) {
          size += 1;
          put("a.csv", "a".repeat(size));
        }
        return "answer";
      },
    };
    const { story } = await run();
    expect(story).toMatchObject({ fetched: [], failed: [{ name: "a.csv" }] });
    expect(size).toBe(4);
  });

  it("fetches again what was replaced by another content of the same length", async () => {
    put("a.csv", "xyz", MARCH_1 - 5000);
    let isFirst = true;
    faults = {
      onRead: () => {
        if (isFirst) put("a.csv", "abc", MARCH_1 - 3000);
        isFirst = false;
        return "answer";
      },
    };
    const { fetched } = await run();
    expect(fetched).toMatchObject([{ hash: HASH_OF_ABC, modifiedAt: MARCH_1 - 3000 }]);
  });

  it("opens a new connection when the old one breaks in the midst of a file", async () => {
    put("a.csv", "x".repeat(200_000));
    put("b.csv", "abc");
    let isBroken = false;
    faults = {
      onRead: (_path, offset) => {
        if (offset === 0 || isBroken) return "answer";
        isBroken = true;
        return "cut";
      },
    };
    const { story, fetched } = await run();
    expect(isBroken).toBe(true);
    expect(story.fetched).toEqual(["a.csv", "b.csv"]);
    expect(fetched[0]?.sizeBytes).toBe(200_000);
    expect(await readdir(spoolDirectory)).toEqual([]);
  });

  it("waits no longer than allowed for a server that stays connected and says nothing", async () => {
    put("a.csv", "x".repeat(200_000));
    faults = { onRead: (_path, offset) => (offset === 0 ? "answer" : "stall") };
    const { story } = await run({
      deadlines: { ...SFTP_DEADLINES, idleMs: 1_000 },
      retryDelaysMs: [],
    });
    expect(story.failed).toEqual([{ name: "a.csv", message: expect.stringContaining("silent for 1000 ms") }]);
    expect(await readdir(spoolDirectory)).toEqual([]);
  });

  it("ends the run when the server, not a file, is at fault", async () => {
    for (const name of ["a.csv", "b.csv", "c.csv", "d.csv", "e.csv"]) put(name, "abc");
    faults = { onRead: () => "cut" };
    const { story } = await run({ retryDelaysMs: [0] });
    expect(story.failed.map(({ name }) => name)).toEqual(["a.csv", "b.csv", "c.csv"]);
    expect(story.notStarted).toEqual(["d.csv", "e.csv"]);
    expect(story.stoppedBy).not.toBeNull();
  });

  it("goes on while only some files are at fault", async () => {
    for (const name of ["a.csv", "b.csv", "c.csv", "d.csv", "e.csv", "f.csv"]) put(name, "abc");
    faults = { claimedSize: (path, sizeBytes) => (/[cf]\.csv$/.test(path) ? sizeBytes : sizeBytes + 1) };
    const { story } = await run({ retryDelaysMs: [] });
    expect(story).toMatchObject({ fetched: ["c.csv", "f.csv"], notStarted: [], stoppedBy: null });
    expect(story.failed.map(({ name }) => name)).toEqual(["a.csv", "b.csv", "d.csv", "e.csv"]);
  });

  it("tells of a server that is not there", async () => {
    await server.stop();
    const { story } = await run();
    expect(story.stoppedBy).toContain("/scan could not be listed");
    expect(story.stoppedBy).toContain("ECONNREFUSED");
    server = await startSftpServer({
      username: "",
      password: "",
      authorizedKeys: [],
      folders: new Map(),
      clock: () => 0,
    });
  });

  it("tells of a server that takes the connection and says nothing", async () => {
    const mute = createServer();
    await new Promise<void>((resolve) => {
      mute.listen(0, "127.0.0.1", resolve);
    });
    const { port } = mute.address() as { port: number };
    const sockets: { destroy: () => unknown }[] = [];
    mute.on("connection", (socket) => sockets.push(socket));
    const { story } = await run({
      connection: connection({ port }),
      deadlines: { ...SFTP_DEADLINES, connectMs: 100 },
      retryDelaysMs: [],
    });
    expect(story.stoppedBy).toContain("not done after 100 ms");
    for (const socket of sockets) socket.destroy();
    mute.close();
  });

  it("keeps to its limits", async () => {
    put("a.csv", "abc");
    put("b.csv", "abcd");
    put("c.csv", "abc");
    put("d.csv", "abc");
    const { story } = await run({ limits: { ...SFTP_LIMITS, fileBytes: 3, files: 2 } });
    expect(story).toMatchObject({
      fetched: ["a.csv", "c.csv"],
      rejected: [{ name: "b.csv", error: { code: "FILE_TOO_LARGE" } }],
      notStarted: ["d.csv"],
      stoppedBy: "a run takes at most 2 files",
    });
    expect(await messageOf(run({ limits: { ...SFTP_LIMITS, listedNames: 3 } }))).toContain(
      "more than 3 names",
    );
  });

  it("stops when it is called off", async () => {
    put("a.csv", "abc");
    put("b.csv", "abc");
    const off = new AbortController();
    faults = {
      onRead: () => {
        off.abort();
        return "stall";
      },
    };
    const { story } = await run({ signal: off.signal });
    expect(story).toMatchObject({ fetched: [], notStarted: ["b.csv"], stoppedBy: "called off" });
    expect(await readdir(spoolDirectory)).toEqual([]);
  });

  it("lets an error of the one who takes the files in pass, and fetches nothing more", async () => {
    put("a.csv", "abc");
    put("b.csv", "abc");
    let taken = 0;
    const attempt = run({
      onFile: async () => {
        taken += 1;
        throw new Error("the store is full");
      },
    });
    await expect(attempt).rejects.toThrow("the store is full");
    expect(taken).toBe(1);
  });

  describe("with hostile names", () => {
    const HOSTILE: readonly (readonly [name: string, shown: string])[] = [
      ["../../pwned.csv", "../../pwned.csv"],
      ["/etc/passwd.csv", "/etc/passwd.csv"],
      ["..\\..\\pwned.csv", "..\\..\\pwned.csv"],
      ["a/b.csv", "a/b.csv"],
      ["nul\u0000.csv", "nul\\u0000.csv"],
      ["line\nbreak.csv", "line\\u000abreak.csv"],
      ["carriage\rreturn.csv", "carriage\\u000dreturn.csv"],
      ["escape\u001b[2J.csv", "escape\\u001b[2J.csv"],
      ["bidi\u202evsc.csv", "bidi\\u202evsc.csv"],
      ["mark\u061c.csv", "mark\\u061c.csv"],
      ["separator\u2028.csv", "separator\\u2028.csv"],
      ["zero\u200bwidth.csv", "zero\\u200bwidth.csv"],
      ["not-utf8\ufffd.csv", "not-utf8\ufffd.csv"],
      ["", ""],
      [`${"x".repeat(252)}.csv`, `${"x".repeat(120)}…`],
    ];

    it("fetches none of them, shows each, and goes on with the rest", async () => {
      for (const [name] of HOSTILE) put(name, "owned");
      put("plain.csv", "abc");
      put("=1+2.csv", "abc");
      const { story } = await run({ isScanFile: () => true });
      expect(story.rejected.map(({ name, error }) => [name, error.code]).sort()).toEqual(
        HOSTILE.map(([, shown]) => [shown, "FILE_NAME_UNSAFE"]).sort(),
      );
      expect(story.fetched).toEqual(["=1+2.csv", "plain.csv"]);
      expect((await readdir(scratch, { recursive: true })).sort()).toEqual(["a", "a/b", "a/b/spool"]);
    });

    it("would have written outside its folder with the library's own downloadDir", async () => {
      put("../../pwned.csv", "owned");
      const client = new SftpClient("test", { error: () => {}, end: () => {}, close: () => {} });
      await client.connect({ host: server.host, port: server.port, username: "scans", password: PASSWORD });
      await client.downloadDir("/scan", spoolDirectory);
      await client.end();
      expect(await readFile(join(scratch, "a", "pwned.csv"), "utf8")).toBe("owned");
    });
  });
});

describe("fetchScanFiles from OpenSSH", () => {
  for (const keyType of ["ed25519", "rsa"]) {
    it(`fetches files with an ${keyType} key, follows no link, and pins the key that ssh-keygen names`, async (context) => {
      if (SSHD === undefined) context.skip("there is no sshd on this machine");
      const { port, fingerprint, privateKey } = await startSshd(scratch, keyType);
      const folder = join(scratch, "scan");
      await mkdir(join(folder, "tmp"), { recursive: true });
      await writeFile(join(folder, "b.csv"), "abc");
      await utimes(join(folder, "b.csv"), MARCH_1 / 1000, MARCH_1 / 1000);
      await writeFile(join(folder, "a.csv"), Buffer.alloc(1_000_003, "a"));
      await writeFile(join(folder, "new\nline.csv"), "owned");
      await writeFile(
        Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xe9]), Buffer.from(".csv")]),
        "latin-1",
      );
      await symlink("/etc/passwd", join(folder, "link.csv"));
      const login = {
        host: "127.0.0.1",
        port,
        username: userInfo().username,
        privateKey,
        passphrase: undefined,
      };

      const { story, fetched } = await run({
        connection: { ...login, hostKeyFingerprints: [fingerprint] },
        folder,
      });
      expect(story).toMatchObject({ fetched: ["a.csv", "b.csv"], failed: [], ignored: 1, stoppedBy: null });
      expect(fetched).toMatchObject([
        { remoteName: "a.csv", sizeBytes: 1_000_003, content: "a".repeat(1_000_003) },
        { remoteName: "b.csv", sizeBytes: 3, modifiedAt: MARCH_1, hash: HASH_OF_ABC },
      ]);
      expect(story.rejected.map(({ name, error }) => [name, error.code]).sort()).toEqual([
        ["link.csv", "FILE_NOT_PLAIN"],
        ["new\\u000aline.csv", "FILE_NAME_UNSAFE"],
        ["\ufffd.csv", "FILE_NAME_UNSAFE"],
      ]);

      const unpinned = run({ connection: { ...login, hostKeyFingerprints: [] }, folder });
      expect(await messageOf(unpinned)).toContain(`host key ${fingerprint} →`);
      const stranger = makeKeyPair().private;
      const refused = run({
        connection: { ...login, privateKey: stranger, hostKeyFingerprints: [fingerprint] },
        folder,
      });
      expect(await messageOf(refused)).toContain("sign-in by publickey was refused");
      expect(
        await messageOf(
          run({ connection: { ...login, hostKeyFingerprints: [fingerprint] }, folder: `${folder}s` }),
        ),
      ).toContain(`folder '${folder}s'`);
    });
  }
});
