import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { request } from "undici";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../../src/domain/errors.ts";
import type { RawDelivery } from "../../../src/intake/incoming.ts";
import type { ReceiverSettings } from "../../../src/sources/webhook/receiver.ts";
import { makeReceiver, RECEIVER_LIMITS } from "../../../src/sources/webhook/receiver.ts";
import { RECEIVED_AT } from "../../support/payloads.ts";
import { aKeyVerifier } from "../../support/verifiers.ts";

const PATH = "/webhooks/tracking";
const KEY = "the carrier's key";

interface Lent {
  readonly url: string;
  readonly port: number;
  /** All saves, in order. */
  readonly saves: (readonly RawDelivery[])[];
  readonly post: (
    body: string | Uint8Array | null,
    headers?: Record<string, string>,
  ) => Promise<{ readonly status: number; readonly text: string; readonly headers: Record<string, unknown> }>;
}

/** Lends a receiver that listens and keeps what it saves. */
async function withReceiver(
  settings: Partial<ReceiverSettings>,
  use: (lent: Lent) => Promise<void>,
): Promise<void> {
  const saves: (readonly RawDelivery[])[] = [];
  const receiver = makeReceiver({
    path: PATH,
    verifiers: [aKeyVerifier("apikey", [KEY])],
    deliveryIdHeader: "webhook-id",
    save: async (deliveries) => void saves.push(deliveries),
    now: () => RECEIVED_AT,
    ...settings,
  });
  const url = await receiver.listen(0);
  try {
    const post: Lent["post"] = async (body, headers = {}) => {
      const reply = await request(url + PATH, { method: "POST", body, headers: { apikey: KEY, ...headers } });
      return { status: reply.statusCode, text: await reply.body.text(), headers: reply.headers };
    };
    await use({ url, port: Number(new URL(url).port), saves, post });
  } finally {
    await receiver.close();
  }
}

/** Sends raw bytes and gives everything that comes back until the other side closes. */
function sendRaw(port: number, ...parts: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    let received = "";
    socket.setEncoding("latin1");
    socket.on("data", (text: string) => {
      received += text;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(received));
    for (const part of parts) socket.write(part, "latin1");
  });
}

/** A save whose first call ends when the test says so; the later ones end at once. */
function makeHeldSave() {
  const held = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const sizes: number[] = [];
  const save = async (deliveries: readonly RawDelivery[]) => {
    sizes.push(deliveries.length);
    begun.resolve();
    await held.promise;
  };
  return { save, begun: begun.promise, end: () => held.resolve(), sizes };
}

/** A verifier that agrees; `reached` resolves once it was asked so often. */
function makeCountingVerifier(count: number) {
  const reached = Promise.withResolvers<void>();
  let asked = 0;
  const verify = () => {
    asked += 1;
    if (asked === count) reached.resolve();
    return true;
  };
  return { verify, reached: reached.promise };
}

const head = (...lines: readonly string[]) =>
  [`POST ${PATH} HTTP/1.1`, "Host: x", `apikey: ${KEY}`, "Connection: close", ...lines, "", ""].join("\r\n");
const textOf = (delivery: RawDelivery | undefined) => Buffer.from(delivery?.body ?? []).toString("latin1");

describe("makeReceiver", () => {
  it("listens on loopback only", () =>
    withReceiver({}, async ({ url }) => {
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:[0-9]+$/);
    }));

  it("tells the status of every answer", async () => {
    const told: number[] = [];
    await withReceiver({ onAnswer: (status) => told.push(status) }, async ({ url, post }) => {
      await post("{}");
      await post("{}", { apikey: "another" });
      await (await request(`${url}/elsewhere`)).body.dump();
    });
    expect(told).toEqual([200, 401, 404]);
  });

  it("saves a delivery byte for byte, with the moment and the attempt's name, and says 200", () =>
    withReceiver({}, async ({ post, saves }) => {
      const body = Buffer.from('\ufeff{ "é" : "\u0000\xff" }', "latin1");
      expect(await post(body, { "content-type": "application/json", "webhook-id": "msg_1" })).toMatchObject({
        status: 200,
        text: "ok",
      });
      expect(saves).toHaveLength(1);
      const [delivery] = saves[0]!;
      expect({ ...delivery, body: Buffer.from(delivery!.body) }).toEqual({
        body,
        receivedAt: RECEIVED_AT,
        deliveryId: "msg_1",
      });
    }));

  it.each([
    "application/json; charset=utf-8",
    "text/plain",
    "application/cloudevents+json",
    "json",
    ";;",
    "multipart/form-data",
    "",
  ])("takes the bytes whatever content type is claimed: '%s'", (type) =>
    withReceiver({}, async ({ port, saves }) => {
      const reply = await sendRaw(port, head(`Content-Type: ${type}`, "Content-Length: 5"), "{nope");
      expect(reply).toMatch(/^HTTP\/1\.1 200 /);
      expect(saves.flat().map(textOf)).toEqual(["{nope"]);
    }),
  );

  it("takes a body without content type, one in chunks, and an empty one", () =>
    withReceiver({}, async ({ port, post, saves }) => {
      await sendRaw(port, head("Content-Length: 2"), "{}");
      await sendRaw(port, head("Transfer-Encoding: chunked"), "2\r\n{ \r\n1\r\n}\r\n0\r\n\r\n");
      expect((await post(null)).status).toBe(200);
      expect(saves.flat().map(textOf)).toEqual(["{}", "{ }", ""]);
    }));

  it("makes up a name for an attempt that has none, or a malformed one", () =>
    withReceiver({}, async ({ post, saves }) => {
      await post("{}");
      await post("{}", { "webhook-id": "a b" });
      await post("{}", { "webhook-id": "x".repeat(129) });
      const names = saves.flat().map(({ deliveryId }) => deliveryId);
      for (const name of names) expect(name).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
      expect(new Set(names).size).toBe(3);
    }));

  it("takes the same attempt twice: it never deduplicates", () =>
    withReceiver({}, async ({ post, saves }) => {
      await post("{}", { "webhook-id": "msg_1" });
      expect((await post("{}", { "webhook-id": "msg_1" })).status).toBe(200);
      expect(saves.flat()).toHaveLength(2);
    }));

  it.each([[{ apikey: "wrong" }], [{ apikey: "" }], [{ apikey: `${KEY} x` }]])(
    "says the same 401 to %j and saves nothing",
    (headers) =>
      withReceiver({}, async ({ post, saves }) => {
        expect(await post('{"a":1}', headers)).toMatchObject({ status: 401, text: "not authorised" });
        expect(saves).toEqual([]);
      }),
  );

  it("wants every verifier to agree, and cannot be made without one", async () => {
    const key = aKeyVerifier("apikey", [KEY]);
    const second = aKeyVerifier("second", ["two"]);
    await withReceiver({ verifiers: [key, second] }, async ({ post, saves }) => {
      expect((await post("{}")).status).toBe(401);
      expect((await post("{}", { apikey: "wrong", second: "two" })).status).toBe(401);
      expect((await post("{}", { second: "two" })).status).toBe(200);
      expect(saves.flat()).toHaveLength(1);
    });
    expect(() =>
      makeReceiver({
        path: PATH,
        verifiers: [],
        deliveryIdHeader: null,
        save: async () => undefined,
        now: () => 0,
      }),
    ).toThrow(UsageError);
  });

  it("says 200 only after the save, and one save serves all that wait", async () => {
    const { save, begun, end, sizes } = makeHeldSave();
    const { verify, reached } = makeCountingVerifier(21);
    await withReceiver({ save, verifiers: [verify] }, async ({ post }) => {
      let answered = 0;
      const first = post("{}").finally(() => {
        answered += 1;
      });
      await begun;
      const rest = Array.from({ length: 20 }, () => post("{}"));
      await reached;
      expect(answered).toBe(0);
      end();
      const replies = await Promise.all([first, ...rest]);
      expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 21 }, () => 200));
      expect(sizes).toEqual([1, 20]);
    });
  });

  it("says 503 with Retry-After when the save fails, shows no reason, and takes the next", () => {
    let fails = true;
    const save = async () => {
      if (fails) throw new Error("database /var/secret.db is locked");
    };
    return withReceiver({ save }, async ({ post }) => {
      const reply = await post("{}");
      expect(reply).toMatchObject({ status: 503, text: "try again later", headers: { "retry-after": "5" } });
      fails = false;
      expect((await post("{}")).status).toBe(200);
    });
  });

  it("says 503 at once when too many wait, and loses none of those that do", async () => {
    const { save, begun, end, sizes } = makeHeldSave();
    const { verify, reached } = makeCountingVerifier(2);
    await withReceiver({ save, verifiers: [verify], limits: { mostWaiting: 1 } }, async ({ post }) => {
      const first = post("1");
      await begun;
      const waiting = post("2");
      await reached;
      expect(await post("3")).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
      end();
      expect([(await first).status, (await waiting).status]).toEqual([200, 200]);
      expect(sizes).toEqual([1, 1]);
    });
  });

  it("says 503 when the save does not end in time", async () => {
    const { save, end } = makeHeldSave();
    await withReceiver({ save, limits: { saveMs: 50 } }, async ({ post }) => {
      const reply = await post("{}");
      end();
      expect(reply).toMatchObject({ status: 503, text: "try again later", headers: { "retry-after": "5" } });
    });
  });

  it("answers POST on its path only", () =>
    withReceiver({}, async ({ url, post, saves }) => {
      for (const method of ["GET", "PUT", "DELETE", "PATCH", "OPTIONS"] as const) {
        const reply = await request(url + PATH, { method, headers: { apikey: KEY } });
        expect([method, reply.statusCode, reply.headers.allow, await reply.body.text()]).toEqual([
          method,
          405,
          "POST",
          "only POST",
        ]);
      }
      for (const path of ["/", "/webhooks", `${PATH}/x`, "/WEBHOOKS/TRACKING"]) {
        const reply = await request(url + path, { method: "POST", headers: { apikey: KEY }, body: "{}" });
        expect([path, reply.statusCode, await reply.body.text()]).toEqual([path, 404, "not found"]);
      }
      expect(saves).toEqual([]);
      expect((await post("{}")).status).toBe(200);
    }));

  it("takes 256 KiB and refuses a byte more, announced or in chunks", () =>
    withReceiver({}, async ({ port, post, saves }) => {
      expect(RECEIVER_LIMITS.mostBodyBytes).toBe(256 * 1024);
      expect((await post("x".repeat(256 * 1024))).status).toBe(200);
      expect(await post("x".repeat(256 * 1024 + 1))).toMatchObject({ status: 413, text: "too large" });
      const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`;
      expect(await sendRaw(port, head("Transfer-Encoding: chunked"), chunk.repeat(5))).toMatch(
        /^HTTP\/1\.1 413 /,
      );
      expect(saves.flat()).toHaveLength(1);
    }));

  it("refuses a body that is packed: what it unpacks to has no bound", () =>
    withReceiver({}, async ({ post, saves }) => {
      expect(await post(gzipSync("{}"), { "content-encoding": "gzip" })).toMatchObject({ status: 415 });
      expect(saves).toEqual([]);
    }));

  it("refuses two lengths for one body, and headers without end", () =>
    withReceiver({}, async ({ port, saves }) => {
      const both = head("Content-Length: 2", "Transfer-Encoding: chunked");
      expect(await sendRaw(port, both, "0\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
      expect(await sendRaw(port, head(`X: ${"x".repeat(20_000)}`, "Content-Length: 0"))).toMatch(
        /^HTTP\/1\.1 431 /,
      );
      expect(saves).toEqual([]);
    }));

  it("cuts clients that send nothing, half a header, or half a body, and saves none of it", () =>
    withReceiver({ limits: { headersMs: 300, requestMs: 600 } }, async ({ port, post, saves }) => {
      const slow = [
        sendRaw(port, `POST ${PATH} HTTP/1.1\r\nHost:`),
        sendRaw(port, head("Content-Length: 10"), "{"),
      ];
      expect((await post("{}")).status).toBe(200);
      for (const reply of await Promise.all(slow)) expect(reply).toMatch(/^HTTP\/1\.1 408 /);
      expect(saves.flat()).toHaveLength(1);
    }));

  it("says no more than that to a path that cannot be read", () =>
    withReceiver({}, async ({ port, saves }) => {
      const reply = await sendRaw(port, head("Content-Length: 2").replace(PATH, "/%zz"), "{}");
      expect(reply).toMatch(/^HTTP\/1\.1 400 [\s\S]*\r\nbad request$/);
      expect(saves).toEqual([]);
    }));

  it("refuses lengths that differ or are none, codings that hide the end, and control characters", () =>
    withReceiver({}, async ({ port, saves }) => {
      for (const lines of [
        ["Content-Length: 2", "Content-Length: 3"],
        ["Transfer-Encoding: gzip, chunked", "Content-Length: 2"],
        ["Transfer-Encoding: chunked, identity"],
        ["X: a\r\n b\0", "Content-Length: 2"],
        ["Content-Length: +2"],
      ]) {
        expect([lines, await sendRaw(port, head(...lines), "{}")]).toEqual([
          lines,
          expect.stringMatching(/^HTTP\/1\.1 400 /),
        ]);
      }
      expect(saves).toEqual([]);
    }));

  it("bounds the bytes that wait, and those that are saved together", async () => {
    const { save, begun, end, sizes } = makeHeldSave();
    const { verify, reached } = makeCountingVerifier(4);
    const limits = { mostWaitingBytes: 3000, mostBytesPerSave: 2000 };
    await withReceiver({ save, verifiers: [verify], limits }, async ({ post }) => {
      const first = post("1");
      await begun;
      const waiting = Array.from({ length: 3 }, () => post("x".repeat(1000)));
      await reached;
      expect(await post("x")).toMatchObject({ status: 503, headers: { "retry-after": "5" } });
      end();
      expect((await Promise.all([first, ...waiting])).map(({ status }) => status)).toEqual([
        200, 200, 200, 200,
      ]);
      expect(sizes).toEqual([1, 2, 1]);
    });
  });

  it("takes what comes on an open connection while it closes, and ends the connection", async () => {
    const { save, begun, end, sizes } = makeHeldSave();
    const { verify, reached } = makeCountingVerifier(2);
    const receiver = makeReceiver({
      path: PATH,
      verifiers: [verify],
      deliveryIdHeader: null,
      now: () => RECEIVED_AT,
      save,
    });
    const port = Number(new URL(await receiver.listen(0)).port);
    const socket = connect(port, "127.0.0.1");
    const closed = new Promise((resolve) => socket.on("close", resolve));
    let received = "";
    socket.setEncoding("latin1").on("data", (text: string) => {
      received += text;
    });
    const request = `POST ${PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}`;
    socket.write(request);
    await begun;
    const ended = receiver.close();
    while (await isTaken(port));
    socket.write(request);
    await reached;
    end();
    await Promise.all([closed, ended]);
    expect(received.match(/HTTP\/1\.1 200 /g)).toHaveLength(2);
    expect(received.match(/^connection: close/gim)).toHaveLength(1);
    expect(sizes).toEqual([1, 1]);
  });

  it("answers what it took before it closes, and takes no more", async () => {
    const { save, begun, end, sizes } = makeHeldSave();
    const receiver = makeReceiver({
      path: PATH,
      verifiers: [() => true],
      deliveryIdHeader: null,
      now: () => RECEIVED_AT,
      save,
    });
    const url = await receiver.listen(0);
    const reply = request(url + PATH, { method: "POST", body: "{}" });
    await begun;
    const closed = receiver.close();
    end();
    const { statusCode, body } = await reply;
    await body.dump();
    expect(statusCode).toBe(200);
    await closed;
    expect(sizes).toEqual([1]);
    await expect(request(url + PATH, { method: "POST", body: "{}" })).rejects.toThrow();
  });

  it("does not end before a save that took too long to be answered", async () => {
    const { save, end } = makeHeldSave();
    const receiver = makeReceiver({
      path: PATH,
      verifiers: [() => true],
      deliveryIdHeader: null,
      now: () => RECEIVED_AT,
      save,
      limits: { saveMs: 20 },
    });
    const url = await receiver.listen(0);
    const { statusCode, body } = await request(url + PATH, { method: "POST", body: "{}" });
    await body.dump();
    expect(statusCode).toBe(503);
    const order: string[] = [];
    const closed = receiver.close().then(() => order.push("closed"));
    // The port is free once the server itself has ended; only the save is left then.
    while (await isTaken(Number(new URL(url).port)));
    order.push("save ends");
    end();
    await closed;
    expect(order).toEqual(["save ends", "closed"]);
  });
});

/** Whether somebody listens on a port of loopback. */
function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => socket.destroy().on("close", () => resolve(true)));
    socket.on("error", () => resolve(false));
  });
}
