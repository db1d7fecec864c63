import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Breaker } from "../../../src/sources/pacing/circuit-breaker.ts";
import {
  askBreaker,
  BREAKER_RULES,
  CLOSED,
  tellBreaker,
} from "../../../src/sources/pacing/circuit-breaker.ts";

const { consecutive, window, openMs, probeMs } = BREAKER_RULES;
const START = 1_000_000;

/** Tells outcomes one after the other, at the same moment: `x` failed, `.` did not. */
function told(outcomes: string, breaker: Breaker = CLOSED): Breaker {
  return [...outcomes].reduce((at, outcome) => tellBreaker(at, outcome === "x", START), breaker);
}

describe("the circuit breaker", () => {
  it("has the rules that the README names", () => {
    expect(BREAKER_RULES).toEqual({
      consecutive: 5,
      share: 0.5,
      window: 20,
      openMs: 30_000,
      probeMs: 90_000,
    });
  });

  it.each([
    ["xxxx", "closed"],
    ["xxxxx", "open"],
    ["xxxx.xxxx", "closed"],
    ["x.x.x.x.x.x.x.x.x.x", "closed"],
    ["x.x.x.x.x.x.x.x.x.x.", "open"],
    ["..x.x.x.x.x.x.x.x.x..", "closed"],
    ["..............................x.x.x.x.x.x.x.x.x.x", "open"],
  ])("after %s is %s", (outcomes, kind) => {
    expect(told(outcomes).kind).toBe(kind);
  });

  it("opens exactly when a count of the whole history says so", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 80 }), (history) => {
        let breaker = CLOSED;
        for (const [i, failed] of history.entries()) {
          breaker = tellBreaker(breaker, failed, START + i);
          const past = history.slice(0, i + 1).map((one) => (one ? "x" : "."));
          const inRow = past.join("").endsWith("x".repeat(consecutive));
          const latest = past.slice(-window);
          const half = latest.length === window && latest.filter((one) => one === "x").length * 2 >= window;
          expect(breaker.kind).toBe(inRow || half ? "open" : "closed");
          if (breaker.kind === "open") return;
        }
      }),
    );
  });

  it("lets one probe through after half a minute, and goes by how it ends", () => {
    const open = told("xxxxx");
    expect(askBreaker(open, START + openMs - 1)).toEqual({ until: START + openMs });
    const asked = askBreaker(open, START + openMs);
    expect(asked).toEqual({ breaker: { kind: "probing", since: START + openMs } });
    const probing = (asked as { breaker: Breaker }).breaker;
    expect(askBreaker(probing, START + openMs + 1)).toEqual({ until: START + openMs + probeMs });
    expect(tellBreaker(probing, true, START + 31_000)).toEqual({ kind: "open", since: START + 31_000 });
    expect(tellBreaker(probing, false, START + 31_000)).toEqual(CLOSED);
  });

  it("sends another probe where nothing was heard of the first", () => {
    const probing: Breaker = { kind: "probing", since: START };
    expect(askBreaker(probing, START + probeMs)).toEqual({
      breaker: { kind: "probing", since: START + probeMs },
    });
  });

  it("is not moved by latecomers while it is open", () => {
    const open = told("xxxxx");
    expect(told("...x", open)).toBe(open);
  });
});
