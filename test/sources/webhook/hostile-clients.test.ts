import type { Socket } from "node:net";
import { connect } from "node:net";
import { request } from "undici";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ReceiverSettings } from "../../../src/sources/webhook/receiver.ts";
import { makeReceiver, RECEIVER_LIMITS } from "../../../src/sources/webhook/receiver.ts";

const PATH = "/webhooks/tracking";

/** Starts a receiver that lets everybody in, and is closed with the test. */
async function start(limits: NonNullable<ReceiverSettings["limits"]> = {}) {
  const sizes: number[] = [];
  const receiver = makeReceiver({
    path: PATH,
    verifiers: [() => true],
    deliveryIdHeader: null,
    save: async (deliveries) => void sizes.push(...deliveries.map(({ body }) => body.length)),
    now: () => 0,
    limits,
  });
  const url = await receiver.listen(0);
  onTestFinished(receiver.close);
  return { url, port: Number(new URL(url).port), sizes };
}

interface Client {
  readonly socket: Socket;
  /** All that came back, once the other side has closed. */
  readonly ended: Promise<string>;
}

function open(port: number): Client {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => {
    received += text;
  });
  socket.on("error", () => undefined);
  return { socket, ended: new Promise((resolve) => socket.on("close", () => resolve(received))) };
}

/** Sends a beginning, and then a byte at a time until the other side closes. */
function drip(port: number, beginning: string, byte: string): Promise<string> {
  const { socket, ended } = open(port);
  socket.write(beginning);
  const timer = setInterval(() => socket.write(byte), 20);
  return ended.finally(() => clearInterval(timer));
}

/** Sends a text, and then pieces as long as the other side takes them. */
function pour(port: number, beginning: string, piece: string): Promise<string> {
  const { socket, ended } = open(port);
  socket.write(beginning);
  let sentBytes = 0;
  const more = (): void => {
    while (!socket.destroyed && sentBytes < 64 * 1024 * 1024) {
      sentBytes += piece.length;
      if (!socket.write(piece)) return;
    }
  };
  socket.on("drain", more);
  more();
  return ended;
}

const head = (...lines: readonly string[]) =>
  [`POST ${PATH} HTTP/1.1`, "Host: x", ...lines, "", ""].join("\r\n");

describe("makeReceiver, with hostile clients", () => {
  it("cuts with 408 whoever is silent or drips headers, lengths or bodies, and answers others meanwhile", async () => {
    const { url, port, sizes } = await start({ headersMs: 300, requestMs: 600 });
    const slow = Array.from({ length: 25 }, () => [
      drip(port, "", ""),
      drip(port, "", "P"),
      drip(port, `POST ${PATH} HTTP/1.1\r\nHost: x\r\nX: `, "x"),
      drip(port, `POST ${PATH} HTTP/1.1\r\n`, "a: b\r\n"),
      drip(port, head("Content-Length: 100000"), "x"),
      drip(port, head("Transfer-Encoding: chunked"), "1\r\nx\r\n"),
      drip(port, `${head("Transfer-Encoding: chunked")}1`, ";"),
    ]).flat();
    let isOver = false;
    const cut = Promise.all(slow).finally(() => {
      isOver = true;
    });
    let good = 0;
    while (!isOver) {
      const { statusCode, body } = await request(url + PATH, { method: "POST", body: "{}" });
      await body.dump();
      expect(statusCode).toBe(200);
      good += 1;
    }
    const answers = (await cut).map((answer) => /^HTTP\/1\.1 ([0-9]+) /.exec(answer)?.[1]);
    // What is no request from its first byte on is refused at once.
    expect(new Set(answers)).toEqual(new Set(["408", "400"]));
    expect(answers.filter((status) => status === "400").length).toBeLessThanOrEqual(50);
    expect(sizes).toEqual(Array.from({ length: good }, () => 2));
  });

  it("does not wait for headers as long as for bodies", async () => {
    const { port } = await start({ headersMs: 300, requestMs: 600_000 });
    const slow = [drip(port, "", ""), drip(port, `POST ${PATH} HTTP/1.1\r\n`, "a: b\r\n")];
    for (const answer of await Promise.all(slow)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it.each([
    ["one byte too many", head(`Content-Length: ${256 * 1024 + 1}`), "x".repeat(64 * 1024), 413],
    ["a length beyond all numbers", head(`Content-Length: ${"9".repeat(30)}`), "x", 400],
    ["chunks without end", head("Transfer-Encoding: chunked"), `10000\r\n${"x".repeat(0x10000)}\r\n`, 413],
    ["tiny chunks without end", head("Transfer-Encoding: chunked"), "1\r\nx\r\n".repeat(1000), 413],
    [
      "a chunk's extension without end",
      `${head("Transfer-Encoding: chunked")}1;`,
      "x".repeat(64 * 1024),
      400,
    ],
    ["an address without end", "POST /", "x".repeat(64 * 1024), 431],
    ["a header without end", `POST ${PATH} HTTP/1.1\r\nX: `, "x".repeat(64 * 1024), 431],
    ["headers without end", `POST ${PATH} HTTP/1.1\r\n`, "a: b\r\n".repeat(1000), 431],
    ["trailers without end", `${head("Transfer-Encoding: chunked")}0\r\n`, "a: b\r\n".repeat(1000), 431],
  ])("ends %s", async (_, beginning, piece, status) => {
    const { port, sizes } = await start();
    expect(await pour(port, beginning, piece)).toMatch(new RegExp(`^(HTTP/1\\.1 ${status} |$)`));
    expect(sizes).toEqual([]);
  });

  it.each([
    ["10,000 headers", 10_000, 431],
    ["3,000 headers that fit into the bytes", 3_000, 431],
    ["101 headers", 101, 431],
    ["100 headers", 100, 200],
  ])("answers %s", async (_, count, status) => {
    const { port, sizes } = await start();
    const { socket, ended } = open(port);
    const lines = Array.from({ length: count - 3 }, () => "a:");
    socket.write(head("Connection: close", "Content-Length: 0", ...lines));
    expect(await ended).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(sizes).toHaveLength(status === 200 ? 1 : 0);
  });

  it.each([
    ["two lengths for one body", ["Content-Length: 2", "Transfer-Encoding: chunked"]],
    ["them the other way round", ["Transfer-Encoding: chunked", "Content-Length: 2"]],
    ["two lengths that differ", ["Content-Length: 2", "Content-Length: 3"]],
    ["a length with a sign", ["Content-Length: +2"]],
    ["a length below zero", ["Content-Length: -2"]],
    ["a transfer coding in another spelling", ["Transfer-Encoding: xchunked"]],
    ["a transfer coding behind another", ["Transfer-Encoding: chunked, identity"]],
    ["a blank before the colon", ["Content-Length : 2"]],
    ["a header on two lines", ["X: a", " b"]],
    ["a bare carriage return", ["X: a\rY: b"]],
    ["NUL in a header", ["X: a\u0000b"]],
  ])("says 400 to %s", async (_, lines) => {
    const { port, sizes } = await start();
    const { socket, ended } = open(port);
    socket.write(`${head(...lines)}{}`);
    expect(await ended).toMatch(/^HTTP\/1\.1 400 /);
    expect(sizes).toEqual([]);
  });

  it("ends connections beyond its number, and takes others again once there is room", async () => {
    const { url, port } = await start({ mostConnections: 3 });
    const held = Array.from({ length: 3 }, () => open(port));
    await Promise.all(held.map(({ socket }) => new Promise((resolve) => socket.once("connect", resolve))));
    expect(await open(port).ended).toBe("");
    held[0]?.socket.destroy();
    const post = () =>
      request(url + PATH, { method: "POST", body: "{}", reset: true }).then(
        async ({ statusCode, body }) => {
          await body.dump();
          return statusCode;
        },
        () => undefined,
      );
    let status: number | undefined;
    while (status === undefined) status = await post();
    expect(status).toBe(200);
    for (const { socket } of held) socket.destroy();
  });

  it("has a bound for everything", () => {
    for (const limit of Object.values(RECEIVER_LIMITS)) {
      expect(limit).toBeGreaterThan(0);
      expect(limit).toBeLessThan(Infinity);
    }
  });
});
