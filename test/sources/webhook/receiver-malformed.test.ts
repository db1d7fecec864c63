import { connect } from "node:net";
import fc from "fast-check";
import { expect, it } from "vitest";
import { makeReceiver } from "../../../src/sources/webhook/receiver.ts";

/** How many malformed requests there are; a release is worth 100,000. */
const REQUESTS = Number(process.env.TRACKBRIDGE_TEST_MALFORMED ?? 1500);
const PATH = "/webhooks/tracking";

const spoilt = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "\0",
    "\r\n",
    "\n",
    "\r",
    "\t",
    ":",
    ",",
    ";",
    "é",
    "\ud83d\ude00",
    "a".repeat(9000),
  ),
  fc.string({ unit: "binary", maxLength: 20 }),
);
const headerLine = fc.oneof(
  fc.constantFrom(
    "Content-Length: 2",
    "Content-Length: -1",
    "Content-Length: 99999999999999999999",
    "Content-Length: 2, 2",
    "Transfer-Encoding: chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: gzip",
    "Content-Encoding: gzip",
    "Content-Type: \u00ff",
    "Expect: 100-continue",
    "Expect: the unexpected",
    "Upgrade: websocket\r\nConnection: Upgrade",
    "Connection: close, keep-alive",
    "Host: a\r\nHost: b",
    "webhook-id: a\r\nwebhook-id: b",
    "__proto__: x",
    " folded",
  ),
  fc.tuple(spoilt, spoilt).map(([name, value]) => `${name}: ${value}`),
);
/** Mostly right, so that what is wrong elsewhere gets far. */
const mostly = (right: string, ...wrong: fc.Arbitrary<string>[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(right) }, ...wrong);

const request = fc
  .record({
    method: mostly("POST", fc.constantFrom("GET", "post", "CONNECT", "OPTIONS", "PRI", "")),
    target: mostly(
      PATH,
      fc.constantFrom("/", "*", "//", "/%zz", `${PATH}?a=%`, "http://x/", "..", PATH.repeat(50)),
      spoilt,
    ),
    version: mostly("HTTP/1.1", fc.constantFrom("HTTP/1.0", "HTTP/9.9", "HTTP", "")),
    host: mostly("Host: x", headerLine),
    length: mostly("Content-Length: 2", headerLine),
    headers: fc.array(headerLine, { maxLength: 3 }),
    body: mostly(
      "{}",
      fc.constantFrom("", "2\r\n{}\r\n0\r\n\r\n", "ffffffffffffffff\r\n", "0\r\n\r\nGET / HTTP/1.1\r\n\r\n"),
      fc.string({ unit: "binary", maxLength: 60 }),
    ),
    hasKey: fc.boolean(),
  })
  .map(({ method, target, version, host, length, headers, body, hasKey }) => {
    const key = hasKey ? ["apikey: the key"] : [];
    const lines = [`${method} ${target} ${version}`, host, ...key, length, ...headers, "", body];
    return { hasKey, text: lines.join("\r\n") };
  });

/** What comes back to some bytes until the server ends the connection. */
function send(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let received = "";
    socket.setEncoding("latin1").on("data", (more: string) => {
      received += more;
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(received));
    socket.end(text);
  });
}

it(
  "answers whatever comes without failing, and saves nothing that lacks the key",
  async () => {
    let isKeyed = false;
    const seen = new Map<number, number>();
    const wrong: string[] = [];
    const receiver = makeReceiver({
      path: PATH,
      verifiers: [({ apikey }) => apikey === "the key"],
      deliveryIdHeader: "webhook-id",
      now: () => 0,
      save: async () => {
        if (!isKeyed) wrong.push("saved without the key");
      },
      limits: { headersMs: 500, requestMs: 500, keepAliveMs: 100 },
    });
    const port = Number(new URL(await receiver.listen(0)).port);
    try {
      await fc.assert(
        fc.asyncProperty(request, async ({ text, hasKey }) => {
          isKeyed = hasKey;
          const statuses = [...(await send(port, text)).matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, n]) =>
            Number(n),
          );
          for (const status of statuses) seen.set(status, (seen.get(status) ?? 0) + 1);
          expect(statuses.filter((status) => status >= 500)).toEqual([]);
          expect(wrong).toEqual([]);
        }),
        { numRuns: REQUESTS },
      );
      // They got as far as there is to get.
      for (const status of [200, 400, 401, 404, 405, 415]) expect([...seen.keys()]).toContain(status);
      isKeyed = true;
      const good = `POST ${PATH} HTTP/1.1\r\nHost: x\r\napikey: the key\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`;
      expect(await send(port, good)).toMatch(/^HTTP\/1\.1 200 /);
    } finally {
      await receiver.close();
    }
  },
  60_000 + REQUESTS * 20,
);
