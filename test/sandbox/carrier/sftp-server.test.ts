import { createHash } from "node:crypto";
import { connect } from "node:net";
import ssh2 from "ssh2";
import SftpClient from "ssh2-sftp-client";
import { afterEach, describe, expect, it } from "vitest";
import { makeKeyPair } from "../../../src/sandbox/carrier/make-key-pair.ts";
import {
  type RemoteFile,
  type SftpServer,
  type SftpServerOptions,
  startSftpServer,
} from "../../../src/sandbox/carrier/sftp-server.ts";

const MARCH_1 = 1_772_323_200_000; // 2026-03-01T00:00:00Z
const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

function file(text: string, modifiedAt = MARCH_1): RemoteFile {
  return { bytes: Buffer.from(text), modifiedAt };
}

async function start(options: Partial<SftpServerOptions>): Promise<SftpServer> {
  const server = await startSftpServer({
    username: "scans",
    password: "open sesame",
    authorizedKeys: [],
    folders: new Map(),
    clock: () => MARCH_1,
    ...options,
  });
  stops.push(server.stop);
  return server;
}

async function signIn(server: SftpServer, login: SftpClient.ConnectOptions): Promise<SftpClient> {
  const client = new SftpClient("test", { error: () => {}, end: () => {}, close: () => {} });
  const sock = connect({ host: server.host, port: server.port, noDelay: true });
  sock.on("error", () => {});
  await client.connect({ sock, username: "scans", ...login });
  stops.push(() => client.end());
  return client;
}

const PASSWORD = { password: "open sesame" };

describe("startSftpServer", () => {
  it("listens on loopback only", async () => {
    expect((await start({})).host).toBe("127.0.0.1");
  });

  it("tells the SHA-256 fingerprint of the key that clients are shown, in the form of OpenSSH", async () => {
    const server = await start({});
    let shown = "";
    await signIn(server, {
      ...PASSWORD,
      hostVerifier: (key: Buffer) => {
        shown = createHash("sha256").update(key).digest("base64");
        return true;
      },
    });
    expect(server.hostKeyFingerprint).toBe(`SHA256:${shown.slice(0, 43)}`);
  });

  it("lets a password in, and no other", async () => {
    const server = await start({});
    await signIn(server, PASSWORD);
    await expect(signIn(server, { password: "open sesam" })).rejects.toThrow("authentication methods failed");
    await expect(signIn(server, { ...PASSWORD, username: "root" })).rejects.toThrow("authentication");
  });

  it("lets an authorised key in, and no other", async () => {
    const [ours, other] = [makeKeyPair(), makeKeyPair()];
    const server = await start({ authorizedKeys: [ours.public] });
    await signIn(server, { privateKey: ours.private });
    await expect(signIn(server, { privateKey: other.private })).rejects.toThrow("authentication");
  });

  it("refuses one who knows the authorised key, but does not hold it", async () => {
    const [ours, other] = [makeKeyPair(), makeKeyPair()];
    const server = await start({ authorizedKeys: [ours.public] });
    let signatures = 0;
    const agent = new (class extends ssh2.BaseAgent<string> {
      override getIdentities(done: ssh2.IdentityCallback<string>): void {
        done(null, [ours.public]);
      }
      override sign(_key: unknown, data: Buffer, _options: unknown, done?: ssh2.SignCallback): void {
        signatures += 1;
        const key = ssh2.utils.parseKey(other.private) as ssh2.ParsedKey;
        done?.(null, key.sign(data));
      }
    })();
    await expect(signIn(server, { agent })).rejects.toThrow("authentication");
    expect(signatures).toBe(1);
  });

  it("lists a folder of many pages whole, with sizes and times", async () => {
    const files = new Map(Array.from({ length: 200 }, (_, n) => [`f${n}.csv`, file("x".repeat(n))]));
    const client = await signIn(await start({ folders: new Map([["/scan/csv", files]]) }), PASSWORD);
    const listed = await client.list("/scan/csv");
    expect(listed).toHaveLength(200);
    expect(listed.find(({ name }) => name === "f17.csv")).toMatchObject({
      type: "-",
      size: 17,
      modifyTime: MARCH_1,
    });
  });

  it("shows the way to its folders from the root", async () => {
    const folders = new Map([
      ["/scan/csv", new Map()],
      ["/scan/xml", new Map()],
    ]);
    const client = await signIn(await start({ folders }), PASSWORD);
    expect(await client.cwd()).toBe("/");
    expect((await client.list("/")).map(({ name, type }) => [name, type])).toEqual([["scan", "d"]]);
    expect((await client.list("/scan")).map(({ name }) => name)).toEqual(["csv", "xml"]);
    await expect(client.list("/scans")).rejects.toThrow("No such file");
  });

  it("gives a file's bytes, all of them", async () => {
    const bytes = Buffer.from(Array.from({ length: 300_001 }, (_, n) => (n * 7) % 251));
    const folders = new Map([["/scan", new Map([["big.csv", { bytes, modifiedAt: MARCH_1 }]])]]);
    const client = await signIn(await start({ folders }), PASSWORD);
    expect(await client.stat("/scan/big.csv")).toMatchObject({ size: 300_001, isFile: true });
    expect(((await client.get("/scan/big.csv")) as Buffer).equals(bytes)).toBe(true);
  });

  it("shows a file from its time on, and files that are put there later", async () => {
    let now = MARCH_1;
    const files = new Map([["later.csv", file("1", MARCH_1 + 1000)]]);
    const client = await signIn(
      await start({ folders: new Map([["/scan", files]]), clock: () => now }),
      PASSWORD,
    );
    expect(await client.list("/scan")).toEqual([]);
    await expect(client.stat("/scan/later.csv")).rejects.toThrow("No such file");
    now = MARCH_1 + 1000;
    files.set("new.csv", file("2"));
    expect((await client.list("/scan")).map(({ name }) => name)).toEqual(["later.csv", "new.csv"]);
  });

  it("is read-only", async () => {
    const files = new Map([["a.csv", file("1")]]);
    const client = await signIn(await start({ folders: new Map([["/scan", files]]) }), PASSWORD);
    await expect(client.put(Buffer.from("2"), "/scan/a.csv")).rejects.toThrow();
    await expect(client.delete("/scan/a.csv")).rejects.toThrow();
    await expect(client.rename("/scan/a.csv", "/scan/b.csv")).rejects.toThrow();
    expect(((await client.get("/scan/a.csv")) as Buffer).toString()).toBe("1");
  });

  it("refuses algorithms that are out of date", async () => {
    const server = await start({});
    for (const algorithms of [
      { kex: ["diffie-hellman-group14-sha1"] },
      { cipher: ["aes128-cbc"] },
      { hmac: ["hmac-sha1"], cipher: ["aes256-ctr"] },
    ] as ssh2.Algorithms[]) {
      await expect(signIn(server, { ...PASSWORD, algorithms })).rejects.toThrow("no matching");
    }
  });

  it("stops at once, even with a client connected", async () => {
    const server = await start({});
    const client = await signIn(server, PASSWORD);
    await server.stop();
    stops.length = 0;
    await expect(client.list("/")).rejects.toThrow();
    await expect(signIn(server, PASSWORD)).rejects.toThrow("ECONNREFUSED");
  });
});
