import { describe, expect, it } from "vitest";
import { makeTurnMemory, makeTurns } from "../../../src/store/sqlite/turn.ts";

describe("makeTurns", () => {
  it("does what it is given one after the other, whatever fails", async () => {
    const inTurn = makeTurns(makeTurnMemory());
    const steps: string[] = [];
    const work = (name: string, fails = false) =>
      inTurn(async () => {
        steps.push(`${name} begins`);
        await Promise.resolve();
        steps.push(`${name} ends`);
        if (fails) throw new Error(name);
        return name;
      });
    const done = await Promise.allSettled([work("one"), work("two", true), work("three")]);
    expect(done.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(steps).toEqual(["one", "two", "three"].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it("has the turn while it works, and gives it back, also when that fails", async () => {
    const memory = makeTurnMemory();
    const turn = new Int32Array(memory);
    const inTurn = makeTurns(memory);
    expect(await inTurn(() => turn[0])).toBe(1);
    expect(turn[0]).toBe(0);
    await expect(inTurn(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(turn[0]).toBe(0);
  });

  it("does not wait for ever for a thread that died in its turn", async () => {
    const memory = makeTurnMemory();
    new Int32Array(memory)[0] = 1;
    const inTurn = makeTurns(memory, 1);
    expect(await inTurn(() => "done")).toBe("done");
    expect(new Int32Array(memory)[0]).toBe(0);
  });
});
