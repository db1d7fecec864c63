import { describe, expect, it } from "vitest";
import type { Signature } from "../../../src/reconcile/gate/signatures.ts";
import {
  chain,
  NO_HASH,
  toHead,
  toPerson,
  toSignOff,
  verifyChain,
} from "../../../src/reconcile/gate/signatures.ts";

const HASH = "a".repeat(64);

function sign(before: readonly Signature[], by: string, gateHash = HASH): Signature[] {
  const content = {
    by,
    role: "lead",
    note: null,
    at: "2026-03-21T06:30:00Z",
    verdict: "go",
    runId: "run-1",
    gateHash,
    againstAdvice: null,
  } as const;
  return [...before, chain(before, content)];
}

const three = sign(sign(sign([], "Ann"), "Bob"), "Cas", "b".repeat(64));

describe("verifyChain", () => {
  it("finds nothing wrong with a chain as it was made", () => {
    expect(verifyChain([], toHead([]))).toEqual([]);
    expect(verifyChain(three, toHead(three))).toEqual([]);
    expect(three.map(({ number, previous }) => [number, previous])).toEqual([
      [1, NO_HASH],
      [2, three[0]?.hash],
      [3, three[1]?.hash],
    ]);
  });

  it.each(["by", "role", "note", "at", "verdict", "runId", "gateHash", "againstAdvice"] as const)(
    "sees that %s was changed",
    (field) => {
      const changed = three.map((one, i) => (i === 1 ? { ...one, [field]: "other" } : one));
      expect(verifyChain(changed as Signature[], toHead(three))).toEqual([
        { number: 2, fault: "content_changed" },
      ]);
    },
  );

  it("sees that one was changed and sealed again", () => {
    const [first, , third] = three;
    if (first === undefined || third === undefined) throw new Error("no chain");
    const [, forged] = sign([first], "Eve");
    if (forged === undefined) throw new Error("no forgery");
    expect(verifyChain([first, forged, third], toHead(three))).toEqual([
      { number: 3, fault: "chain_broken" },
    ]);
  });

  it("sees that one was taken out, put in, moved or cut off", () => {
    const [first, second, third] = three;
    if (first === undefined || second === undefined || third === undefined) throw new Error("no chain");
    const faults = (signatures: readonly Signature[]) =>
      verifyChain(signatures, toHead(three)).map(({ number, fault }) => `${number} ${fault}`);
    expect(faults([first, third])).toEqual(["2 chain_broken", "3 end_missing"]);
    expect(faults([second, third])).toEqual(["1 chain_broken", "2 chain_broken", "3 end_missing"]);
    expect(faults([second, first, third])).toContain("1 chain_broken");
    expect(faults([first, second])).toEqual(["3 end_missing"]);
    expect(faults([...three, ...sign(three, "Eve").slice(3)])).toEqual(["5 end_missing"]);
  });
});

describe("toSignOff", () => {
  it("is complete with two people on the same hash", () => {
    expect(toSignOff([], HASH)).toEqual({ by: [], isComplete: false, stale: 0 });
    expect(toSignOff(three.slice(0, 1), HASH)).toEqual({ by: ["Ann"], isComplete: false, stale: 0 });
    expect(toSignOff(three, HASH)).toEqual({ by: ["Ann", "Bob"], isComplete: true, stale: 1 });
    expect(toSignOff(three, "b".repeat(64))).toEqual({ by: ["Cas"], isComplete: false, stale: 2 });
    expect(toSignOff(three, "c".repeat(64))).toEqual({ by: [], isComplete: false, stale: 3 });
  });

  it("takes a name for the same person, however it is typed", () => {
    for (const name of ["ANN", " a n n ", "Ａnn", "ann\u00a0"]) {
      expect(toPerson(name)).toBe("ann");
      expect(toSignOff(sign(sign([], "Ann"), name), HASH).isComplete).toBe(false);
    }
  });
});
