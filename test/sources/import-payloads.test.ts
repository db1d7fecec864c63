import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/domain/errors.ts";
import type { PayloadIntake } from "../../src/intake/incoming.ts";
import { readContract } from "../../src/sources/contract.ts";
import type { PayloadChannel } from "../../src/sources/exported-line.ts";
import { makeBlockParser, readPayloadBlocks } from "../../src/sources/import-payloads.ts";
import { timeOf } from "../support/observations.ts";
import { observationsOf, quarantinedOf } from "../support/payloads.ts";
import { describeWithShared, sharedFolder } from "../support/shared.ts";

const CHANNELS = ["webhook", "status-api", "legacy-api"] as const;
const contract = await readContract("reference");
const context = { contract, legacyZone: "Europe/Amsterdam" };
const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

async function readAll(path: string, channel: PayloadChannel): Promise<PayloadIntake[]> {
  const intakes: PayloadIntake[] = [];
  const parse = makeBlockParser(channel, context);
  for await (const block of readPayloadBlocks(path)) intakes.push(...parse(block, basename(path)));
  return intakes;
}

async function readText(content: string | Uint8Array, channel: PayloadChannel): Promise<PayloadIntake[]> {
  const folder = await mkdtemp(join(tmpdir(), "payloads-"));
  try {
    const path = join(folder, "export.jsonl");
    await writeFile(path, content);
    return await readAll(path, channel);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const BODY =
  '{"eventId":"e1","item":{"barcode":"3SDEVC123456789","status":{"code":"sorted","timestamp":"2026-03-07T23:22:56+01:00"}}}';
const delivery = (id: string, body = BODY) =>
  `{"receivedAt":"2026-03-07T22:30:00Z","deliveryId":"${id}","body":${body}}`;

describe("makeBlockParser", () => {
  it("gives an intake for each line, with the hash of its body as it stands", async () => {
    const spaced = BODY.replaceAll(":{", ": {");
    const [first, again, other] = await readText(
      `${delivery("d1")}\n${delivery("d2")}\n${delivery("d3", spaced)}\n`,
      "webhook",
    );
    expect(first).toMatchObject({
      hash: sha256(BODY),
      arrival: { channel: "webhook", name: "d1", receivedAt: timeOf("2026-03-07T22:30:00Z") },
    });
    expect(again).toMatchObject({ hash: sha256(BODY), arrival: { name: "d2" } });
    expect(other?.hash).toBe(sha256(spaced));
    expect(Buffer.from(first!.content).toString()).toBe(BODY);
    expect(observationsOf(first!)[0]?.intake).toBe(sha256(BODY));
  });

  it("sets a broken line aside, with the hash of the line, and goes on", async () => {
    const broken = '{"receivedAt":"2026-03-07T22:30:00Z","body":';
    const intakes = await readText(`${delivery("d1")}\r\n${broken}\r\n\r\n${delivery("d4")}`, "webhook");
    expect(intakes.map(({ arrival }) => arrival.name)).toEqual(["d1", "export.jsonl line 2", "d4"]);
    expect(intakes[1]).toMatchObject({
      hash: sha256(broken),
      arrival: { receivedAt: null, httpStatus: null, channel: "webhook" },
    });
    expect(quarantinedOf(intakes[1]!)).toEqual([
      {
        line: 1,
        code: "LINE_INVALID",
        message:
          "export.jsonl line 2: no JSON object → an object on one line → correct the export and import the file again; the lines already taken in count as duplicates",
        raw: "",
      },
    ]);
  });

  it("gives one row for a body that is no JSON inside a line that is whole", async () => {
    const [only] = await readText(delivery("d1", '{"item":nothing}'), "webhook");
    expect(only?.arrival.receivedAt).toBe(timeOf("2026-03-07T22:30:00Z"));
    expect(quarantinedOf(only!)).toMatchObject([{ code: "BODY_NOT_JSON" }]);
  });

  it("gives one row for a line of more than 16 MiB, and reads the next", async () => {
    const long = delivery("d1", `"${"x".repeat(16 * 1024 * 1024)}"`);
    const intakes = await readText(`${long}\n${delivery("d2")}\n`, "webhook");
    expect(intakes.map(({ rows }) => rows.length)).toEqual([1, 1]);
    expect(quarantinedOf(intakes[0]!)).toMatchObject([{ code: "LINE_INVALID" }]);
    expect(intakes[0]?.hash).toBe(sha256(intakes[0]!.content));
    expect(intakes[1]?.arrival.name).toBe("d2");
  });

  it("says that a file is not there", async () => {
    await expect(readAll("/no/such/export.jsonl", "webhook")).rejects.toThrow(UsageError);
    await expect(readAll("/no/such/export.jsonl", "webhook")).rejects.toThrow(
      "/no/such/export.jsonl: ENOENT → a file that can be read → correct the path",
    );
  });

  it("accounts for every line that is not blank, whatever is in it", async () => {
    const line = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.json(),
      fc.json().map((body) => delivery("d", body)),
      fc.json().map((body) => `{"receivedAt":"2026-03-07T22:30:00Z","httpStatus":200,"body":${body}}`),
    );
    const lines = fc.array(
      line.filter((text) => !/[\r\n\ufeff]/.test(text) && text.trim() !== ""),
      { maxLength: 20 },
    );
    await fc.assert(
      fc.asyncProperty(lines, fc.constantFrom(...CHANNELS), async (texts, channel) => {
        const intakes = await readText(texts.join("\n"), channel);
        expect(intakes).toHaveLength(texts.length);
        for (const { hash, content, rows, arrival } of intakes) {
          expect(hash).toBe(sha256(content));
          if (arrival.receivedAt === null || channel === "webhook") expect(rows).toHaveLength(1);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describeWithShared("makeBlockParser, of the sample worlds", () => {
  for (const world of ["clean-1", "public-1"]) {
    it.each(CHANNELS)(`finds in ${world} exactly the rows that were put into %s`, async (channel) => {
      const folder = `${sharedFolder}worlds/${world}/`;
      const { counts } = JSON.parse(readFileSync(`${folder}truth.json`, "utf8"));
      const rows = (await readAll(`${folder}${channel}.jsonl`, channel)).flatMap((intake) => intake.rows);
      const identities = new Set(
        rows.flatMap((row) => (row.kind === "observation" ? [row.observation.identity] : [])),
      );
      const quarantined = rows.filter((row) => row.kind === "quarantined").length;
      expect({ seen: rows.length, accepted: identities.size, quarantined }).toEqual({
        seen: counts[channel].seen,
        accepted: counts[channel].accepted,
        quarantined: counts[channel].quarantined,
      });
    });
  }
});
