import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HttpFailure } from "../../../src/sources/http-failure.ts";
import type { HttpReply } from "../../../src/sources/http-reply.ts";
import { makeRetry, RETRY_POLICY } from "../../../src/sources/http-retry.ts";
import type { PaceMemory, Pacer } from "../../../src/sources/pacing/pacer.ts";
import { makePacer, openPacer } from "../../../src/sources/pacing/pacer.ts";
import { makeFakeClock } from "../../support/fake-clock.ts";
import { timeOf } from "../../support/observations.ts";
import { makeVirtualClock } from "../../support/virtual-clock.ts";

const START = timeOf("2026-03-07T22:30:00Z");
const ORIGIN = "https://api.example.org";
const RATE = { requestsPerSecond: 2, burst: 3 };

function aReply(httpStatus: number, retryAfter: string | null = null): HttpReply {
  return { httpStatus, bytes: new Uint8Array(0), retryAfter, date: null };
}

function makeMemory(text: string | null = null): PaceMemory & { readonly saved: string[] } {
  const saved = text === null ? [] : [text];
  return {
    saved,
    load: async () => saved.at(-1) ?? null,
    save: async (next) => void saved.push(next),
  };
}

const nothing = async (): Promise<void> => {};

/** What a service does with the n-th request that it gets. */
interface Answer {
  readonly latencyMs: number;
  readonly outcome: "fine" | "broken" | "cut" | { readonly retryAfterSeconds: number };
}

const answers: fc.Arbitrary<Answer> = fc.record({
  latencyMs: fc.integer({ min: 0, max: 3_000 }),
  outcome: fc.oneof(
    { weight: 6, arbitrary: fc.constant("fine" as const) },
    fc.constantFrom("broken" as const, "cut" as const),
    fc.record({ retryAfterSeconds: fc.integer({ min: 0, max: 90 }) }),
  ),
});

/** Sends many requests at once, some later than others, and notes when each attempt left and what it was told when. */
async function play(
  gapsMs: readonly number[],
  script: readonly Answer[],
  makePacerOn: (clock: ReturnType<typeof makeVirtualClock>) => Pacer,
) {
  const clock = makeVirtualClock(START);
  const retry = makeRetry(RETRY_POLICY, { ...clock, random: () => 0.5 }, makePacerOn(clock));
  const leftAt: number[] = [];
  const told: { readonly at: number; readonly until: number }[] = [];
  const attempt = async (): Promise<HttpReply> => {
    const { latencyMs, outcome } = script[leftAt.length % script.length]!;
    leftAt.push(clock.now());
    await clock.sleep(latencyMs);
    if (outcome === "cut") {
      throw new HttpFailure("ECONNRESET", { place: "x", value: "y", expected: "z", todo: "a" });
    }
    if (outcome === "broken") return aReply(500);
    if (outcome === "fine") return aReply(200);
    told.push({ at: clock.now(), until: clock.now() + outcome.retryAfterSeconds * 1000 });
    return aReply(429, String(outcome.retryAfterSeconds));
  };
  const requests = gapsMs.map(async (gapMs) => {
    await clock.sleep(gapMs);
    return retry(ORIGIN, "x", attempt).catch((cause: unknown) => {
      if (!(cause instanceof HttpFailure)) throw cause;
    });
  });
  await clock.run(Promise.all(requests));
  return { leftAt, told };
}

const tooEarly = ({ leftAt, told }: Awaited<ReturnType<typeof play>>): readonly number[] =>
  leftAt.filter((left) => told.some(({ at, until }) => at < left && left < until));

const tooMany = (leftAt: readonly number[]): boolean =>
  leftAt.some((from, i) =>
    leftAt.some(
      (to, j) => j >= i && j - i + 1 > RATE.burst + ((to - from + 1) * RATE.requestsPerSecond) / 1000 + 1e-6,
    ),
  );

const gaps = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 25 });
const scripts = fc.array(answers, { minLength: 1, maxLength: 40 });

describe("a pacer, with many requests at once", () => {
  it("lets none leave before it may, and never too many", () =>
    fc.assert(
      fc.asyncProperty(gaps, scripts, async (gapsMs, script) => {
        const played = await play(gapsMs, script, (clock) =>
          makePacer(RATE, RETRY_POLICY.longestWaitMs, clock),
        );
        expect(tooEarly(played)).toEqual([]);
        expect(tooMany(played.leftAt)).toBe(false);
      }),
    ));

  it("is caught where it does not wait", async () => {
    const gapsMs = Array.from({ length: 20 }, (_, i) => i * 100);
    const script: Answer[] = [{ latencyMs: 10, outcome: { retryAfterSeconds: 60 } }];
    const awake = (clock: ReturnType<typeof makeVirtualClock>) => ({ now: clock.now, sleep: nothing });
    // Without the floor, with the rate; and without both.
    const hasty: Pacer = {
      ...makePacer(null, 0, { now: () => START, sleep: nothing }),
      notBefore: () => 0,
      dispatch: async (_origin, _place, _prepare, attempt) => attempt(),
    };
    expect(tooEarly(await play(gapsMs, script, () => hasty)).length).toBeGreaterThan(0);
    const fine: Answer[] = [{ latencyMs: 10, outcome: "fine" }];
    const paced = await play(gapsMs, fine, (clock) => makePacer(RATE, 120_000, clock));
    const unpaced = await play(gapsMs, fine, (clock) => makePacer(RATE, 120_000, awake(clock)));
    expect([tooMany(paced.leftAt), tooMany(unpaced.leftAt)]).toEqual([false, true]);
  });

  it("sends one probe, however many wait", async () => {
    const clock = makeVirtualClock(START);
    const pacer = makePacer(null, 120_000, clock);
    let sent = 0;
    const ask = () =>
      pacer
        .dispatch(ORIGIN, "x", nothing, async () => {
          sent += 1;
          await clock.sleep(1_000);
          return aReply(sent <= 5 ? 500 : 200);
        })
        .catch((cause: HttpFailure) => cause.code);
    for (let n = 0; n < 5; n += 1) await clock.run(ask());
    await clock.run(clock.sleep(30_000));
    const outcomes = await clock.run(Promise.all([ask(), ask(), ask()]));
    expect(outcomes.slice(1)).toEqual(["CIRCUIT_OPEN", "CIRCUIT_OPEN"]);
    expect(sent).toBe(6);
    expect(await clock.run(ask())).toMatchObject({ httpStatus: 200 });
  });
});

describe("openPacer", () => {
  const open = (memory: PaceMemory, clock = makeFakeClock(START)) => openPacer(memory, RATE, 120_000, clock);

  it("saves what it is told before the reply is given back", async () => {
    const memory = makeMemory();
    const pacer = await open(memory);
    await pacer.dispatch(ORIGIN, "x", nothing, async () => aReply(503, "600"));
    expect(JSON.parse(memory.saved.at(-1)!)).toMatchObject({
      bucket: null,
      origins: { [ORIGIN]: { notBefore: START + 600_000 } },
    });
  });

  it("does not save when there is nothing new", async () => {
    const memory = makeMemory();
    const pacer = await open(memory);
    for (let n = 0; n < 3; n += 1) await pacer.dispatch(ORIGIN, "x", nothing, async () => aReply(200));
    expect(memory.saved).toHaveLength(1);
    await pacer.close();
    expect(JSON.parse(memory.saved.at(-1)!).bucket).toMatchObject({ tokens: 0 });
  });

  it("takes no 200 for a wish to wait", async () => {
    const pacer = await open(makeMemory());
    await pacer.dispatch(ORIGIN, "x", nothing, async () => aReply(200, "600"));
    expect(pacer.waitsUntil()).toBeNull();
  });

  it("heeds a wish to wait that comes with a refusal, too", async () => {
    const pacer = await open(makeMemory());
    await pacer.dispatch(ORIGIN, "x", nothing, async () => aReply(403, "600"));
    expect(pacer.waitsUntil()).toBe(START + 600_000);
  });

  it.each(["", "no JSON", "[]", '{"savedAt":"x"}'])(
    "begins with an empty bucket after '%s'",
    async (text) => {
      const clock = makeFakeClock(START);
      const pacer = await open(makeMemory(text), clock);
      await pacer.dispatch(ORIGIN, "x", nothing, async () => aReply(200));
      expect(clock.slept).toEqual([500]);
    },
  );

  it("tells whoever asked when it cannot be saved, and goes on", async () => {
    const memory = makeMemory();
    let isBroken = false;
    const save = async (text: string) => {
      if (isBroken) throw new Error("the disk is full");
      await memory.save(text);
    };
    const pacer = await openPacer({ ...memory, save }, RATE, 120_000, makeFakeClock(START));
    isBroken = true;
    await expect(pacer.dispatch(ORIGIN, "x", nothing, async () => aReply(429, "1"))).rejects.toThrow("disk");
    isBroken = false;
    expect(await pacer.dispatch(ORIGIN, "x", nothing, async () => aReply(429, "5"))).toMatchObject({
      httpStatus: 429,
    });
    expect(JSON.parse(memory.saved.at(-1)!).origins[ORIGIN].notBefore).toBe(START + 6_000);
  });
});

describe("the order of things in one attempt", () => {
  it("gets ready again after a wait, and never repeats what could not be got ready", async () => {
    const clock = makeFakeClock(START);
    const retry = makeRetry(RETRY_POLICY, clock);
    const order: string[] = [];
    let sent = 0;
    await retry(
      ORIGIN,
      "x",
      async () => {
        order.push(`sent ${clock.now() - START}`);
        sent += 1;
        return sent === 1 ? aReply(429, "60") : aReply(200);
      },
      async () => void order.push(`ready ${clock.now() - START}`),
    );
    expect(order).toEqual(["ready 0", "sent 0", "ready 60000", "sent 60000"]);

    let tries = 0;
    const failing = retry(
      ORIGIN,
      "x",
      async () => aReply(200),
      async () => {
        tries += 1;
        throw new HttpFailure("ECONNRESET", { place: "x", value: "y", expected: "z", todo: "a" });
      },
    );
    await expect(failing).rejects.toMatchObject({ code: "ECONNRESET" });
    expect(tries).toBe(1);
  });
});
