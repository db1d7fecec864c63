import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PayloadIntake } from "../../../src/intake/incoming.ts";
import { readContract } from "../../../src/sources/contract.ts";
import {
  parseExportedLine,
  toBrokenLineIntake,
  toOverlongLineIntake,
} from "../../../src/sources/exported-line.ts";
import { makeBlockParser } from "../../../src/sources/import-payloads.ts";
import type { JsonBlock, JsonLine } from "../../../src/sources/read-json-lines.ts";
import { linesOf } from "../../../src/sources/read-json-lines.ts";
import { parseDelivery } from "../../../src/sources/webhook/parse-delivery.ts";
import type { QuickReader } from "../../../src/sources/webhook/read-exported-deliveries.ts";
import { makeDeliveryReader } from "../../../src/sources/webhook/read-exported-deliveries.ts";
import type { Dialect } from "../../support/arbitrary-exports.ts";
import { arbitraryExport, arbitraryUsualLines } from "../../support/arbitrary-exports.ts";
import { fixtures, observationsOf } from "../../support/payloads.ts";

const CONTRACTS = {
  reference: await readContract("reference"),
  nested: await readContract("example-nested"),
  other: await readContract(`${fixtures}contracts/other.yml`),
};
const DIALECTS = ["reference", "nested", "other"] as const;

function toBlock(text: string): JsonBlock {
  return { firstLine: 1, bytes: Buffer.from(text), isCut: false };
}

/** What reading every line with care gives. */
function readWithCare(line: JsonLine, dialect: Dialect): PayloadIntake {
  const place = `export.jsonl line ${line.line}`;
  if (line.isCut) return toOverlongLineIntake(line.bytes, "webhook", place);
  try {
    const { arrival, body } = parseExportedLine(line.bytes, "webhook", place);
    return parseDelivery(body, arrival, place, CONTRACTS[dialect]);
  } catch (problem) {
    return toBrokenLineIntake(line.bytes, "webhook", place, problem);
  }
}

/** An intake, its content as text; whether it has been looked at is the way's own. */
function shown({ seen: _seen, ...intake }: PayloadIntake) {
  return { ...intake, content: Buffer.from(intake.content).toString("latin1") };
}

/** What the quick way gives of each line; `undefined` where it leaves the line to the careful one. */
function readQuickly(block: JsonBlock, dialect: Dialect): readonly (PayloadIntake | undefined)[] {
  const readLine: QuickReader = makeDeliveryReader(CONTRACTS[dialect]).open(block.bytes);
  return [...linesOf(block)].map(readLine);
}

describe.each(DIALECTS)("exported deliveries of the contract '%s'", (dialect) => {
  const parseBlock = () => makeBlockParser("webhook", { contract: CONTRACTS[dialect], legacyZone: "UTC" });

  it("are what reading each line with care gives, whatever stands in them", () => {
    // One that has met them all, and may have learnt something wrong.
    const experienced = parseBlock();
    let lines = 0;
    let quick = 0;
    fc.assert(
      fc.property(arbitraryExport(dialect), (text) => {
        const block = toBlock(text);
        const careful = [...linesOf(block)].map((line) => shown(readWithCare(line, dialect)));
        const fresh = parseBlock();
        expect([...fresh(block, "export.jsonl")].map(shown)).toEqual(careful);
        expect([...fresh(block, "export.jsonl")].map(shown)).toEqual(careful);
        expect([...experienced(block, "export.jsonl")].map(shown)).toEqual(careful);
        lines += careful.length;
        quick += readQuickly(block, dialect).filter((intake) => intake !== undefined).length;
      }),
      { numRuns: 1000 },
    );
    expect(quick / lines).toBeGreaterThan(0.1);
  });

  it("are read the quick way, all but the first, where they are usual", () => {
    fc.assert(
      fc.property(arbitraryUsualLines(dialect, 20), fc.constantFrom("\n", "\r\n"), (lines, end) => {
        const intakes = readQuickly(toBlock(lines.join(end)), dialect);
        expect(intakes.map((intake) => intake !== undefined)).toEqual([
          false,
          ...lines.slice(1).map(() => true),
        ]);
        for (const intake of intakes) {
          if (intake !== undefined) expect(observationsOf(intake)).toHaveLength(1);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("exported deliveries", () => {
  const delivery = (reference: string, description = "Sorted") =>
    `{"receivedAt":"2026-03-07T22:30:00Z","deliveryId":"d-1","body":{"eventId":"e-1","item":{"barcode":"3SDEVC123456789","shipmentReference":"${reference}","status":{"code":"sorted","description":"${description}","timestamp":"2026-03-07T22:22:56Z"}}}}`;

  it("are set aside where a line is too long, though its shape is known", () => {
    const overlong = delivery("1", "x".repeat(16 * 1024 * 1024));
    const block = toBlock([delivery("1"), overlong, delivery("2")].join("\n"));
    expect(readQuickly(block, "reference").map((intake) => intake !== undefined)).toEqual([
      false,
      false,
      true,
    ]);
    const parse = makeBlockParser("webhook", { contract: CONTRACTS.reference, legacyZone: "UTC" });
    expect([...parse(block, "export.jsonl")].map(({ rows }) => rows[0]?.kind)).toEqual([
      "observation",
      "quarantined",
      "observation",
    ]);
  });

  it("have their name shortened where it is too long", () => {
    const block = toBlock([1, 200, 201].map((n) => delivery("1").replace("d-1", "d".repeat(n))).join("\n"));
    expect(readQuickly(block, "reference").map((intake) => intake?.arrival.name.length)).toEqual([
      undefined,
      200,
      undefined,
    ]);
  });

  it("are read the quick way of several shapes that take turns", () => {
    const lines = Array.from({ length: 12 }, (_, i) =>
      delivery(String(i)).replace('"item":{', `"item":{${'"more":"x",'.repeat(i % 4)}`),
    );
    const isQuick = readQuickly(toBlock(lines.join("\n")), "reference").map((intake) => intake !== undefined);
    expect(isQuick).toEqual(lines.map((_, i) => i >= 4));
  });

  it("are read with care where every one has a shape of its own, and soon no more is learnt of them", () => {
    const reader = makeDeliveryReader(CONTRACTS.reference);
    const read = (lines: readonly string[]): readonly boolean[] => {
      const block = toBlock(lines.join("\n"));
      return [...linesOf(block)].map(reader.open(block.bytes)).map((intake) => intake !== undefined);
    };
    const shapes = Array.from({ length: 40 }, (_, i) => delivery("1").replace("{", `{"n":${i},`));
    expect(read(shapes)).not.toContain(true);
    // Only the first few of a block are learnt.
    expect(read(shapes.slice(0, 4))).toEqual([true, true, true, true]);
    expect(read(shapes.slice(20, 24))).not.toContain(true);
    expect(read(shapes.slice(20, 24))).toEqual([true, true, true, true]);
    // Learning more of them than are remembered costs the oldest its place.
    expect(read(shapes.slice(30, 34))).not.toContain(true);
    expect(read(shapes.slice(0, 4))).not.toContain(true);
  });
});
