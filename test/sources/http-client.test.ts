import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import type { HttpClient, HttpRequest } from "../../src/sources/http-client.ts";
import { makeHttpClient, parseBaseUrl, toUrl } from "../../src/sources/http-client.ts";
import { makeFakeClock } from "../support/fake-clock.ts";
import { timeOf } from "../support/observations.ts";
import { replyJson, withTinyServer } from "../support/tiny-server.ts";

const START = timeOf("2026-03-07T22:30:00Z");

/** Lends a client on a clock that moves only by sleeping. */
async function withClient<T>(
  settings: Partial<Parameters<typeof makeHttpClient>[0]>,
  use: (http: HttpClient, clock: ReturnType<typeof makeFakeClock>) => Promise<T>,
): Promise<T> {
  const clock = makeFakeClock(START);
  const http = makeHttpClient({ ...clock, ...settings });
  try {
    return await use(http, clock);
  } finally {
    await http.close();
  }
}

function aRequest(url: URL, headers: Record<string, string> = {}): HttpRequest {
  return { place: "the tests' service", method: "GET", url, headers, body: null };
}

describe("makeHttpClient", () => {
  it("gives back status, bytes and the headers that count, also of an error", () =>
    withTinyServer(
      (_request, reply) =>
        replyJson(reply, 404, { a: "é" }, { "retry-after": "9", date: "Sat, 07 Mar 2026 22:30:00 GMT" }),
      (url) =>
        withClient({}, async (http) => {
          const reply = await http.send(aRequest(url));
          expect(reply).toMatchObject({
            httpStatus: 404,
            retryAfter: "9",
            date: "Sat, 07 Mar 2026 22:30:00 GMT",
          });
          expect(Buffer.from(reply.bytes).toString("utf8")).toBe('{"a":"é"}');
        }),
    ));

  it("waits as long as a 429 asks, then sends the same request again", () =>
    withTinyServer(
      (_request, reply, index) =>
        index === 0
          ? replyJson(reply, 429, { message: "Too many requests" }, { "retry-after": "17" })
          : replyJson(reply, 200, {}),
      (url, seen) =>
        withClient({}, async (http, clock) => {
          const reply = await http.send(aRequest(new URL("/a?b=c", url), { apikey: "k" }));
          expect(reply.httpStatus).toBe(200);
          expect(clock.now() - START).toBe(17_000);
          expect(seen.map((request) => [request.url, request.headers.apikey])).toEqual([
            ["/a?b=c", "k"],
            ["/a?b=c", "k"],
          ]);
        }),
    ));

  it("never gives back a body that was cut, by length or in chunks, and tries again", () =>
    withTinyServer(
      (_request, reply, index) => {
        if (index === 0) {
          reply.writeHead(200, { "content-length": "100" });
          reply.write('{"items":[');
          setImmediate(() => reply.destroy());
        } else if (index === 1) {
          reply.writeHead(200);
          reply.write('{"items":[');
          setImmediate(() => reply.destroy());
        } else {
          replyJson(reply, 200, { items: [] });
        }
      },
      (url, seen) =>
        withClient({}, async (http) => {
          const reply = await http.send(aRequest(url));
          expect(Buffer.from(reply.bytes).toString()).toBe('{"items":[]}');
          expect(seen).toHaveLength(3);
        }),
    ));

  it("throws when every attempt was cut, and shows neither address nor key", () =>
    withTinyServer(
      (_request, reply) => {
        reply.writeHead(200, { "content-length": "100" });
        reply.write("x");
        setImmediate(() => reply.destroy());
      },
      (url, seen) =>
        withClient({}, async (http) => {
          const failure = await http
            .send(aRequest(new URL("/3SDEVC1?x=secret-query", url), { apikey: "secret-key" }))
            .catch((cause) => cause);
          expect(failure).toMatchObject({ name: "HttpFailure", notBefore: null });
          expect(failure.message).toMatch(/^the tests' service: /);
          expect(JSON.stringify([failure, failure.message, failure.stack])).not.toMatch(/secret|3SDEVC1/);
          expect(seen).toHaveLength(3);
        }),
    ));

  it("gives up on a service that accepts and says nothing", () =>
    withTinyServer(
      () => undefined,
      (url, seen) =>
        withClient({ limits: { headersMs: 50 }, retry: { attempts: 2 } }, async (http) => {
          await expect(http.send(aRequest(url))).rejects.toMatchObject({ code: "UND_ERR_HEADERS_TIMEOUT" });
          expect(seen).toHaveLength(2);
        }),
    ));

  it("gives up on a body that falls silent", () =>
    withTinyServer(
      (_request, reply) => void reply.writeHead(200).write("{"),
      (url) =>
        withClient({ limits: { bodyIdleMs: 50 }, retry: { attempts: 1 } }, async (http) => {
          await expect(http.send(aRequest(url))).rejects.toMatchObject({ code: "UND_ERR_BODY_TIMEOUT" });
        }),
    ));

  it("gives up on a body that drips for ever", () =>
    withTinyServer(
      (_request, reply) => {
        reply.writeHead(200);
        const drip = setInterval(() => reply.write(" "), 10);
        reply.on("close", () => clearInterval(drip));
      },
      (url) =>
        withClient({ limits: { totalMs: 200 }, retry: { attempts: 1 } }, async (http) => {
          await expect(http.send(aRequest(url))).rejects.toMatchObject({ code: "TIMEOUT" });
        }),
    ));

  it("takes a reply up to the cap and refuses a larger one, announced or not, without a second attempt", () =>
    withTinyServer(
      (request, reply) => {
        const body = "x".repeat(request.url === "/fits" ? 1000 : 1001);
        if (request.url === "/chunked") reply.write(body.slice(0, 500));
        reply.end(request.url === "/chunked" ? body.slice(500) : body);
      },
      (url, seen) =>
        withClient({ limits: { mostReplyBytes: 1000 } }, async (http) => {
          expect((await http.send(aRequest(new URL("/fits", url)))).bytes).toHaveLength(1000);
          for (const path of ["/large", "/chunked"]) {
            await expect(http.send(aRequest(new URL(path, url)))).rejects.toMatchObject({
              code: "UND_ERR_RES_EXCEEDED_MAX_SIZE",
            });
          }
          expect(seen).toHaveLength(3);
        }),
    ));

  it("follows no redirection, so that a key goes nowhere else", () =>
    withTinyServer(
      (_request, reply) => replyJson(reply, 302, {}, { location: "/elsewhere" }),
      (url, seen) =>
        withClient({}, async (http) => {
          expect((await http.send(aRequest(url))).httpStatus).toBe(302);
          expect(seen).toHaveLength(1);
        }),
    ));

  it("says that nobody listens, after all attempts", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await withClient({}, async (http, clock) => {
      await expect(http.send(aRequest(new URL(`http://127.0.0.1:${port}`)))).rejects.toMatchObject({
        code: "ECONNREFUSED",
      });
      expect(clock.slept).toEqual([500, 1_000]);
    });
  });

  it("sleeps and draws by itself where nothing is handed in", () =>
    withTinyServer(
      (_request, reply, index) => replyJson(reply, index === 0 ? 503 : 200, {}),
      (url, seen) =>
        withClient({ retry: { baseMs: 5 } }, async () => {
          const http = makeHttpClient({ now: () => START, retry: { baseMs: 5 } });
          try {
            expect((await http.send(aRequest(url))).httpStatus).toBe(200);
            expect(seen).toHaveLength(2);
          } finally {
            await http.close();
          }
        }),
    ));
});

describe("parseBaseUrl", () => {
  it.each([
    "https://api.postnl.nl",
    "https://api.postnl.nl/base/",
    "http://127.0.0.1:8080",
    "http://localhost:1",
    "http://[::1]:1",
  ])("takes %s", (text) => {
    expect(parseBaseUrl(text, "x").href).toContain(text);
  });

  it.each([
    "api.postnl.nl",
    "",
    "http://api.postnl.nl",
    "ftp://api.postnl.nl",
    "https://user:hunter2@api.postnl.nl",
    "https://api.postnl.nl?apikey=hunter2",
    "http://127.0.0.1.example.org",
  ])("refuses %s, and repeats no secret in it", (text) => {
    expect(() => parseBaseUrl(text, "sources.statusApi.url")).toThrow(UsageError);
    expect(() => parseBaseUrl(text, "sources.statusApi.url")).not.toThrow(/hunter2/);
  });
});

describe("toUrl", () => {
  const base = new URL("https://api.example.org/gate/");

  it("fills in placeholders, escaped, behind the base's own path", () => {
    expect(toUrl(base, "/status/{barcode}", { barcode: "3S/..?x#y z" }, [["a", "1 &2"]]).href).toBe(
      "https://api.example.org/gate/status/3S%2F..%3Fx%23y%20z?a=1+%262",
    );
  });

  it("repeats a query's name where it is given twice", () => {
    expect(
      toUrl(base, "/x", {}, [
        ["period", "a"],
        ["period", "b"],
      ]).search,
    ).toBe("?period=a&period=b");
  });

  it.each([".", ".."])("does not climb for a segment of %s", (barcode) => {
    expect(toUrl(base, "/status/{barcode}", { barcode }).pathname).toBe(`/gate/status/${barcode}_`);
  });
});
