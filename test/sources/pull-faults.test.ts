import { Agent, RetryAgent, request as sendRequest } from "undici";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/domain/errors.ts";
import { makeAuthorisedClient } from "../../src/sources/authorised-client.ts";
import { readContract } from "../../src/sources/contract.ts";
import type { FactorRule } from "../../src/sources/factor-rule.ts";
import { makeHttpClient } from "../../src/sources/http-client.ts";
import { HttpFailure } from "../../src/sources/http-failure.ts";
import { RETRY_POLICY } from "../../src/sources/http-retry.ts";
import type { PaceMemory } from "../../src/sources/pacing/pacer.ts";
import { openPacer } from "../../src/sources/pacing/pacer.ts";
import { makeStatusApiClient, parseNextCursor } from "../../src/sources/status-api/client.ts";
import { makeFakeClock } from "../support/fake-clock.ts";
import type { Fault } from "../support/faulty-api.ts";
import { FAULTS, findEarly, findTooMany, makeFaultyApi } from "../support/faulty-api.ts";
import { timeOf } from "../support/observations.ts";
import { replyJson, withTinyServer } from "../support/tiny-server.ts";

const START = timeOf("2026-03-07T22:30:00Z");
const RATE = { requestsPerSecond: 4, burst: 6 };
const FACTORS: readonly FactorRule[] = [
  { kind: "api-key", header: "apikey" },
  { kind: "oauth-client-credentials", tokenUrl: "/oauth2/token", scope: null, authentication: "post" },
];
const SECRETS = { apiKey: "k", clientId: "c", clientSecret: "s" };
/** These cost real time, so they are rare. */
const SLOW: readonly Fault[] = ["hang", "drip"];

/** A draw that is the same in each run, from 0 up to 1. */
function makeDraw(seed: number): () => number {
  let state = seed;
  return () => {
    // Numerical Recipes' linear congruential generator.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Pull {
  readonly pages: number;
  /** How the clock that the client sleeps by passes time; the service has the real one. */
  readonly sleep?: (ms: number, pass: (ms: number) => Promise<void>) => Promise<void>;
  readonly memory?: PaceMemory;
}

/**
 * Pulls every page, one request in five failing: run after run, each a process
 * of its own that ends at the first page it cannot get, every third without
 * closing. The next one begins at the cursor that was kept, when it may.
 */
async function pull({ pages, sleep = (ms, pass) => pass(ms), memory = makeMemory() }: Pull) {
  const clock = makeFakeClock(START);
  const draw = makeDraw(27);
  const drawFault = (): Fault | null => {
    if (draw() >= 0.2) return null;
    const fault = FAULTS[Math.floor(draw() * FAULTS.length)]!;
    return SLOW.includes(fault) && draw() < 0.9 ? "500" : fault;
  };
  const { answer, log } = makeFaultyApi(pages, clock.now, drawFault);
  const contract = await readContract("reference");
  const taken: string[] = [];
  let runs = 0;
  await withTinyServer(answer, async (baseUrl) => {
    let cursor: string | null = null;
    for (let isDone = false; !isDone; runs += 1) {
      const settings = { ...clock, sleep: (ms: number) => sleep(ms, clock.sleep), random: draw };
      const pacer = await openPacer(memory, RATE, RETRY_POLICY.longestWaitMs, settings);
      const limits = { headersMs: 250, bodyIdleMs: 250, totalMs: 400 };
      const http = makeHttpClient({ ...settings, pacer, limits });
      const authorised = makeAuthorisedClient(http, FACTORS, SECRETS, baseUrl, clock.now, settings.sleep);
      const client = makeStatusApiClient(authorised, contract, baseUrl);
      try {
        for (;;) {
          const reply = await client.fetchUpdated("1", START, START, cursor);
          if (reply.httpStatus !== 200) break;
          cursor = parseNextCursor(reply, contract);
          taken.push(JSON.parse(Buffer.from(reply.bytes).toString()).items[0].barcode);
          isDone = cursor === null;
          if (isDone) break;
        }
      } catch (problem) {
        if (!(problem instanceof HttpFailure || problem instanceof InputError)) throw problem;
        const notBefore = problem instanceof HttpFailure ? problem.notBefore : null;
        // A scheduler comes back by itself, without having been told.
        clock.advance(notBefore === null ? 1_000 : Math.min(60_000, Math.max(0, notBefore - clock.now())));
      }
      await http.close();
      if (runs % 3 !== 0) await pacer.close();
    }
  });
  return { taken, log, runs };
}

function makeMemory(): PaceMemory {
  let kept: string | null = null;
  return {
    load: async () => kept,
    save: async (text) => {
      kept = text;
    },
  };
}

describe("a pull through a service that fails one request in five", () => {
  it("loses nothing, takes nothing twice, never comes too early and never too often", async () => {
    const pages = Number(process.env.PULL_FAULT_PAGES ?? 2_000);
    const { taken, log, runs } = await pull({ pages });
    expect(taken).toEqual(Array.from({ length: pages }, (_, page) => `3SPAGE${page}`));
    expect(findEarly(log)).toEqual([]);
    expect(findTooMany(log, RATE)).toEqual([]);
    // It was not for want of trouble.
    const faults = new Set(log.map(({ fault }) => fault));
    expect([...FAULTS, null].filter((fault) => !faults.has(fault))).toEqual([]);
    expect(log.filter(({ path, fault }) => path === "/oauth2/token" && fault !== null)).not.toEqual([]);
    expect(runs).toBeGreaterThan(pages / 50);
    // One request in ten may be repeated, beside ten in each process; each page and token needs one.
    expect(log.length).toBeLessThan(pages * 2.5);
  });

  it("is caught where it does not sleep as long as it should", async () => {
    const { log } = await pull({ pages: 100, sleep: (ms, pass) => pass(Math.floor(ms * 0.9)) });
    // A moment that was named is looked at again after each sleep, so only the rate suffers.
    expect(findTooMany(log, RATE).length).toBeGreaterThan(0);
  });

  it("is caught where the next process knows nothing of the one before", async () => {
    const forgetful = { ...makeMemory(), load: async () => null };
    const { log } = await pull({ pages: 200, memory: forgetful });
    expect(findEarly(log).length).toBeGreaterThan(0);
    expect(findTooMany(log, RATE).length).toBeGreaterThan(0);
  });
});

describe("undici's own retries", () => {
  it("come back before Retry-After, which is why they are not used", () =>
    withTinyServer(
      (_request, reply, index) => replyJson(reply, index === 0 ? 429 : 200, {}, { "retry-after": "600" }),
      async (url, seen) => {
        const agent = new Agent();
        const retrying = new RetryAgent(agent, { maxTimeout: 20, minTimeout: 10 });
        try {
          // Ten minutes were asked for; a test that waited for them would have timed out.
          const reply = await sendRequest(url, { dispatcher: retrying });
          expect(reply.statusCode).toBe(200);
          await reply.body.dump();
          expect(seen).toHaveLength(2);
        } finally {
          await agent.close();
        }
      },
    ));
});
