import { createServer, type IncomingMessage, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import type { RecordedLine } from "../../../src/sandbox/carrier/recorded-line.ts";
import { type SendOptions, sendDeliveries } from "../../../src/sandbox/carrier/webhook-sender.ts";

interface Seen {
  readonly id: string;
  readonly body: string;
  /** The simulated time when it came in. */
  readonly at: number;
  readonly headers: IncomingMessage["headers"];
}

let now = 0;
let seen: Seen[] = [];
let servers: Server[] = [];

afterEach(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  servers = [];
});

/** A receiver; `answer` gives the status for the n-th request (from 1), `"cut"` breaks the connection. */
async function listen(
  answer: (one: Seen, count: number) => number | "cut" | Promise<number>,
): Promise<string> {
  seen = [];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const one = {
      id: String(request.headers["webhook-id"]),
      body: Buffer.concat(pieces).toString(),
      at: now,
      headers: request.headers,
    };
    seen.push(one);
    const status = await answer(one, seen.length);
    if (status === "cut") request.socket.destroy();
    else response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end();
  });
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}/hook`;
}

function delivery(
  deliveryId: string,
  receivedAt: string,
  body: unknown = { eventId: deliveryId },
): RecordedLine {
  return { receivedAt, deliveryId, body };
}

async function send(url: string, deliveries: readonly RecordedLine[], overrides: Partial<SendOptions> = {}) {
  const sent: [string | undefined, number | null][] = [];
  const counts = await sendDeliveries({
    deliveries,
    url,
    schemes: [{ kind: "shared-key", header: "apikey", key: "key-1" }],
    concurrency: 4,
    togetherMs: 0,
    retryDelaysMs: [0, 0],
    setClock: (epochMs) => {
      now = epochMs;
    },
    onSent: ({ deliveryId }, status) => sent.push([deliveryId, status]),
    ...overrides,
  });
  return { counts, sent };
}

function ms(iso: string): number {
  return Temporal.Instant.from(iso).epochMilliseconds;
}

describe("sendDeliveries", () => {
  it("posts each body as recorded, with key and id, in the order of receipt", async () => {
    const url = await listen(() => 202);
    const { counts, sent } = await send(url, [
      delivery("b", "2026-03-07T12:00:01Z"),
      delivery("a", "2026-03-07T12:00:00.500Z", { naïve: "é€", n: [1, null] }),
    ]);
    expect(counts).toEqual({ delivered: 2, refused: 0, failed: 0, attempts: 2 });
    expect(sent).toEqual([
      ["a", 202],
      ["b", 202],
    ]);
    expect(seen.map(({ id, body }) => [id, body])).toEqual([
      ["a", '{"naïve":"é€","n":[1,null]}'],
      ["b", '{"eventId":"b"}'],
    ]);
    expect(seen[0]?.headers).toMatchObject({ apikey: "key-1", "content-type": "application/json" });
  });

  it("has the clock stand at each delivery's time when it is received, whatever the concurrency", async () => {
    const url = await listen(() => 200);
    const deliveries = Array.from({ length: 40 }, (_, n) => {
      const second = String(Math.floor(n / 4)).padStart(2, "0");
      return delivery(`d${n}`, `2026-03-07T12:00:${second}Z`);
    });
    await send(url, deliveries);
    const expected = new Map(deliveries.map(({ deliveryId, receivedAt }) => [deliveryId, ms(receivedAt)]));
    expect(seen).toHaveLength(40);
    for (const { id, at } of seen) expect(at).toBe(expected.get(id));
  });

  it("has as many under way at once as it may, where they lie close enough together", async () => {
    let underWay = 0;
    let most = 0;
    const waiting: (() => void)[] = [];
    const url = await listen(async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      // Nobody is answered before all three are here.
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 3) for (const go of waiting.splice(0)) go();
      });
      underWay -= 1;
      return 200;
    });
    const deliveries = [0, 1, 2, 3, 4, 5].map((n) => delivery(`d${n}`, `2026-03-07T12:00:0${n}Z`));
    const { counts } = await send(url, deliveries, { concurrency: 3, togetherMs: 60_000 });
    expect(counts.delivered).toBe(6);
    expect(most).toBe(3);
  });

  it("tries again after 503, 500, 429 and a broken connection", async () => {
    const answers = [503, 500, 429, "cut", 200] as const;
    const url = await listen((_one, count) => answers[count - 1] ?? 200);
    const { counts, sent } = await send(url, [delivery("a", "2026-03-07T12:00:00Z")], {
      retryDelaysMs: [0, 0, 0, 0],
    });
    expect(counts).toEqual({ delivered: 1, refused: 0, failed: 0, attempts: 5 });
    expect(sent).toEqual([["a", 200]]);
    expect(new Set(seen.map(({ id, at }) => `${id} ${at}`)).size).toBe(1);
  });

  it("gives up after its last attempt, and goes on with the next delivery", async () => {
    const url = await listen(({ id }) => (id === "a" ? 503 : 200));
    const deliveries = [delivery("a", "2026-03-07T12:00:00Z"), delivery("b", "2026-03-07T12:00:01Z")];
    const { counts, sent } = await send(url, deliveries);
    expect(counts).toEqual({ delivered: 1, refused: 0, failed: 1, attempts: 4 });
    expect(sent).toEqual([
      ["a", 503],
      ["b", 200],
    ]);
  });

  it("takes 401, 404 and a redirect for the last word", async () => {
    const statuses: Record<string, number> = { a: 401, b: 404, c: 302 };
    const url = await listen(({ id }) => statuses[id] ?? 200);
    const deliveries = ["a", "b", "c"].map((id) => delivery(id, "2026-03-07T12:00:00Z"));
    expect((await send(url, deliveries)).counts).toEqual({
      delivered: 0,
      refused: 3,
      failed: 0,
      attempts: 3,
    });
  });

  it("counts as failed what nobody receives", async () => {
    const url = await listen(() => 200);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    const { counts, sent } = await send(url, [delivery("a", "2026-03-07T12:00:00Z")]);
    expect(counts).toEqual({ delivered: 0, refused: 0, failed: 1, attempts: 3 });
    expect(sent).toEqual([["a", null]]);
  });
});
