import { describe, expect, it } from "vitest";
import { HttpFailure } from "../../src/sources/http-failure.ts";
import type { HttpReply } from "../../src/sources/http-reply.ts";
import { makeRetry, RETRY_POLICY } from "../../src/sources/http-retry.ts";
import { makeFakeClock } from "../support/fake-clock.ts";
import { timeOf } from "../support/observations.ts";

const START = timeOf("2026-03-07T22:30:00Z");
const ORIGIN = "https://api.example.org";

function aReply(httpStatus: number, retryAfter: string | null = null, date: string | null = null): HttpReply {
  return { httpStatus, bytes: new Uint8Array(0), retryAfter, date };
}

function aFailure(code: string): HttpFailure {
  return new HttpFailure(code, { place: "x", value: code, expected: "y", todo: "z" });
}

/** Runs one request whose attempts end as told; gives the outcome, when each attempt was made, and all sleeps. */
async function run(
  outcomes: readonly (HttpReply | HttpFailure | Error)[],
  { policy = {}, random = 0.5 }: { policy?: Partial<typeof RETRY_POLICY>; random?: number } = {},
) {
  const clock = makeFakeClock(START);
  const retry = makeRetry({ ...RETRY_POLICY, ...policy }, { ...clock, random: () => random });
  const madeAt: number[] = [];
  const outcome = await retry(ORIGIN, "the request", async () => {
    const next = outcomes[madeAt.length];
    madeAt.push(clock.now() - START);
    if (next === undefined) throw new Error("one attempt more than told");
    if (next instanceof Error) throw next;
    return next;
  }).catch((cause: unknown) => cause);
  return { outcome, madeAt, slept: clock.slept };
}

describe("makeRetry", () => {
  it.each([200, 204, 301, 400, 401, 403, 404, 405, 501])("gives back %i at once", async (status) => {
    const { outcome, madeAt } = await run([aReply(status, "7")]);
    expect(outcome).toMatchObject({ httpStatus: status });
    expect(madeAt).toEqual([0]);
  });

  it.each([408, 429, 500, 502, 503, 504, 521, 522, 523, 524])("tries again after %i", async (status) => {
    const { outcome, madeAt } = await run([aReply(status), aReply(200)]);
    expect(outcome).toMatchObject({ httpStatus: 200 });
    expect(madeAt).toEqual([0, 500]);
  });

  it.each([
    "ECONNRESET",
    "ECONNREFUSED",
    "UND_ERR_SOCKET",
    "UND_ERR_HEADERS_TIMEOUT",
    "UND_ERR_BODY_TIMEOUT",
    "TIMEOUT",
  ])("tries again after %s", async (code) => {
    expect((await run([aFailure(code), aReply(200)])).outcome).toMatchObject({ httpStatus: 200 });
  });

  it.each(["UND_ERR_RES_EXCEEDED_MAX_SIZE", "ENOTFOUND", "CERT_HAS_EXPIRED"])(
    "does not try again after %s",
    async (code) => {
      const { outcome, madeAt } = await run([aFailure(code)]);
      expect(outcome).toMatchObject({ name: "HttpFailure", code });
      expect(madeAt).toEqual([0]);
    },
  );

  it("lets an error that is our own bug fall", async () => {
    expect((await run([new TypeError("bug")])).outcome).toBeInstanceOf(TypeError);
  });

  it("makes three attempts and gives back the last reply, or throws the last failure", async () => {
    const replies = await run([aReply(500), aReply(502), aReply(503)]);
    expect(replies.outcome).toMatchObject({ httpStatus: 503 });
    expect(replies.madeAt).toHaveLength(3);
    const failures = await run([aFailure("ECONNRESET"), aReply(500), aFailure("EPIPE")]);
    expect(failures.outcome).toMatchObject({ code: "EPIPE" });
  });

  it("draws its waits from nothing up to a bound that doubles and has a cap", async () => {
    const policy = { attempts: 6, baseMs: 1_000, capMs: 3_000 };
    const outcomes = [429, 429, 429, 429, 429, 200].map((status) => aReply(status));
    expect((await run(outcomes, { policy, random: 0.5 })).slept).toEqual([500, 1_000, 1_500, 1_500, 1_500]);
    expect((await run(outcomes, { policy, random: 0 })).madeAt).toEqual([0, 0, 0, 0, 0, 0]);
    expect((await run(outcomes, { policy, random: 0.999 })).slept).toEqual([999, 1_998, 2_997, 2_997, 2_997]);
  });

  it("repeats ten requests, and one for every ten, however many fail", async () => {
    const retry = makeRetry(RETRY_POLICY, makeFakeClock(START));
    let attempts = 0;
    for (let request = 0; request < 1_000; request += 1) {
      const reply = await retry(ORIGIN, "the request", async () => {
        attempts += 1;
        return aReply(429);
      });
      expect(reply).toMatchObject({ httpStatus: 429 });
    }
    expect(attempts).toBe(1_000 + 10 + 99);
  });

  it.each([
    ["seconds", "7", null, 7_000],
    [
      "a date by the server's clock, which is an hour off",
      "Sat, 07 Mar 2026 23:30:09 GMT",
      "Sat, 07 Mar 2026 23:30:00 GMT",
      9_000,
    ],
    ["a date by our clock, where the reply has none", "Sat, 07 Mar 2026 22:30:08 GMT", null, 8_000],
  ])("makes no request before Retry-After, in %s", async (_what, retryAfter, date, wait) => {
    for (const status of [429, 503]) {
      const { outcome, madeAt } = await run([aReply(status, retryAfter, date), aReply(200)]);
      expect(outcome).toMatchObject({ httpStatus: 200 });
      expect(madeAt).toEqual([0, wait]);
    }
  });

  it("waits its own draw where that is longer than Retry-After", async () => {
    expect((await run([aReply(503, "0"), aReply(200)])).madeAt).toEqual([0, 500]);
  });

  it("stops, and says until when, where a reply asks for more than two minutes", async () => {
    const { outcome, madeAt } = await run([aReply(429, "121")]);
    expect(outcome).toMatchObject({
      code: "RETRY_LATER",
      notBefore: START + 121_000,
      message: expect.stringContaining("HTTP 429, and no request may be sent before 2026-03-07T22:32:01Z"),
    });
    expect(madeAt).toEqual([0]);
    expect((await run([aReply(429, "120"), aReply(200)])).madeAt).toEqual([0, 120_000]);
  });

  it("holds every later request to the same origin, and none to another", async () => {
    const clock = makeFakeClock(START);
    const retry = makeRetry({ ...RETRY_POLICY, attempts: 1 }, clock);
    const askedAt: number[] = [];
    const ask = (origin: string, reply: HttpReply) =>
      retry(origin, "the request", async () => {
        askedAt.push(clock.now() - START);
        return reply;
      });
    await ask(ORIGIN, aReply(429, "30"));
    await ask("https://other.example.org", aReply(200));
    await ask(ORIGIN, aReply(200));
    expect(askedAt).toEqual([0, 0, 30_000]);
  });

  it("refuses a later request while the wait is too long, says until when, and lets it pass after that", async () => {
    const clock = makeFakeClock(START);
    const retry = makeRetry(RETRY_POLICY, clock);
    await expect(retry(ORIGIN, "the request", async () => aReply(429, "3600"))).rejects.toThrow();
    const ask = () => retry(ORIGIN, "the request", async () => aReply(200));
    await expect(ask()).rejects.toMatchObject({
      code: "RETRY_LATER",
      notBefore: START + 3_600_000,
      message: expect.stringContaining("the request: no request may be sent before 2026-03-07T23:30:00Z"),
    });
    expect(clock.slept).toEqual([]);
    clock.advance(3_600_000);
    expect(await ask()).toMatchObject({ httpStatus: 200 });
  });
});
