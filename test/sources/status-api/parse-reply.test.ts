import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readContract } from "../../../src/sources/contract.ts";
import { parseStatusReply } from "../../../src/sources/status-api/parse-reply.ts";
import { timeOf } from "../../support/observations.ts";
import { anArrival, bytesOf, observationsOf, quarantinedOf, RECEIVED_AT } from "../../support/payloads.ts";

const contract = await readContract("reference");
const parse = (body: unknown, httpStatus = 200) =>
  parseStatusReply(bytesOf(body), anArrival("status-api", httpStatus), "reply 1", contract);
const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

function aStatus(changes: object = {}) {
  return {
    code: "sorted",
    description: "Sorted",
    timestamp: "2026-03-07T23:22:56+01:00",
    details: { locationCode: "888888" },
    ...changes,
  };
}

function anItem(changes: object = {}) {
  return {
    barcode: "3SDEVC123456789",
    mainBarcode: null,
    shipmentReference: "ORDER-1001",
    customerNumber: "11223344",
    customerCode: "DEVC",
    currentStatus: { code: "sorted", description: "Sorted", timestamp: "2026-03-07T23:22:56+01:00" },
    statuses: [aStatus()],
    ...changes,
  };
}

const aReply = (...items: unknown[]) => ({ items, warnings: [], nextCursor: null });

describe("parseStatusReply", () => {
  it("reads a reply: one observation for each status, the parcel's details with each", () => {
    const content = bytesOf(
      aReply(
        anItem({
          statuses: [
            aStatus(),
            aStatus({ code: "Announced", timestamp: "2026-03-07T09:00:00.5Z", details: null }),
          ],
        }),
      ),
    );
    const intake = parseStatusReply(content, anArrival("status-api", 200), "x", contract);
    const shared = {
      barcode: "3SDEVC123456789",
      channel: "status-api",
      laterAt: null,
      nonexistentTime: false,
      receivedAt: RECEIVED_AT,
      intake: sha256(content),
      lastListedAt: RECEIVED_AT,
    };
    const details = {
      reference: "ORDER-1001",
      customerNumber: "11223344",
      customerCode: "DEVC",
      mainBarcode: null,
      productCode: null,
    };
    const first = timeOf("2026-03-07T22:22:56Z");
    const second = timeOf("2026-03-07T09:00:00.500Z");
    expect(intake.rows.map((row) => row.kind)).toEqual(["observation", "observation"]);
    expect(observationsOf(intake)).toEqual([
      {
        ...shared,
        code: "sorted",
        at: first,
        precisionMs: 1000,
        line: 1,
        identity: sha256(`3SDEVC123456789\u001fsorted\u001f${first}`).slice(0, 32),
        details: { ...details, location: "888888" },
      },
      {
        ...shared,
        code: "announced",
        at: second,
        precisionMs: 1,
        line: 2,
        identity: sha256(`3SDEVC123456789\u001fannounced\u001f${second}`).slice(0, 32),
        details: { ...details, location: null },
      },
    ]);
    expect(intake).toMatchObject({
      hash: sha256(content),
      content,
      listed: ["3SDEVC123456789"],
      customerNumber: null,
    });
  });

  it("has one identity for one status, written with another offset or case, and in another reply", () => {
    const [first] = observationsOf(parse(aReply(anItem())));
    const [again] = observationsOf(
      parse(
        aReply(
          anItem({
            barcode: "3sdevc123456789",
            statuses: [aStatus({ code: "SORTED", timestamp: "2026-03-07T22:22:56.000Z" })],
          }),
        ),
      ),
    );
    expect(again?.identity).toBe(first?.identity);
  });

  it("numbers rows through all items", () => {
    const intake = parse(
      aReply(anItem({ statuses: [aStatus(), aStatus()] }), anItem({ statuses: [aStatus()] })),
    );
    expect(observationsOf(intake).map(({ line }) => line)).toEqual([1, 2, 3]);
  });

  it.each([[undefined], [null]])(
    "takes the current status of an item whose statuses are %j, and does not count it as listed",
    (statuses) => {
      const intake = parse(aReply(anItem({ statuses })));
      expect(observationsOf(intake)).toMatchObject([{ code: "sorted", lastListedAt: null, line: 1 }]);
      expect(intake.listed).toEqual([]);
    },
  );

  it("takes no current status beside a list, and lists a parcel whose list is empty", () => {
    const intake = parse(aReply(anItem({ statuses: [] })));
    expect(intake.rows).toEqual([]);
    expect(intake.listed).toEqual(["3SDEVC123456789"]);
  });

  it("gives nothing for an item that says nothing, and for an empty reply", () => {
    expect(parse(aReply({ barcode: "3SDEVC123456789" })).rows).toEqual([]);
    expect(parse(aReply({ barcode: "3SDEVC123456789", currentStatus: null, statuses: null })).rows).toEqual(
      [],
    );
    expect(parse({ items: [] }).rows).toEqual([]);
  });

  it("lists a parcel once that two items list", () => {
    expect(parse(aReply(anItem(), anItem({ barcode: "3sdevc123456789" }))).listed).toEqual([
      "3SDEVC123456789",
    ]);
  });

  it.each([400, 401, 404, 429, 500, 503, 204, 302])(
    "counts a reply of %i as an arrival without rows",
    (httpStatus) => {
      const intake = parse(aReply(anItem()), httpStatus);
      expect(intake).toMatchObject({ rows: [], listed: [], arrival: { httpStatus } });
    },
  );

  it.each([
    ["no JSON", "<html>", "BODY_NOT_JSON"],
    ["nothing", "", "BODY_NOT_JSON"],
    ["no items", { warnings: [] }, "SHAPE_INVALID"],
    ["items that are null", { items: null }, "SHAPE_INVALID"],
    ["items that are an object", { items: anItem() }, "SHAPE_INVALID"],
    ["a list", [anItem()], "SHAPE_INVALID"],
    ["a text", '"ok"', "SHAPE_INVALID"],
  ])("sets one row aside for a reply of 200 with %s", (_what, body, code) => {
    const intake = parse(body);
    expect(quarantinedOf(intake)).toMatchObject([{ line: 1, code }]);
    expect(intake.rows).toHaveLength(1);
    expect(intake.listed).toEqual([]);
  });

  it("loses one row to one unreadable status, and none of the others", () => {
    const statuses = [
      aStatus(),
      aStatus({ code: null }),
      aStatus({ timestamp: "yesterday" }),
      null,
      "sorted",
      aStatus({ timestamp: undefined }),
      aStatus({ code: "held" }),
    ];
    const intake = parse(aReply(anItem({ statuses }), anItem({ barcode: "3SDEVC000000002" })));
    expect(observationsOf(intake).map(({ line, code, barcode }) => [line, code, barcode])).toEqual([
      [1, "sorted", "3SDEVC123456789"],
      [7, "held", "3SDEVC123456789"],
      [8, "sorted", "3SDEVC000000002"],
    ]);
    expect(quarantinedOf(intake).map(({ line, code }) => [line, code])).toEqual([
      [2, "FIELD_MISSING"],
      [3, "TIME_INVALID"],
      [4, "SHAPE_INVALID"],
      [5, "SHAPE_INVALID"],
      [6, "FIELD_MISSING"],
    ]);
    expect(intake.listed).toEqual(["3SDEVC123456789", "3SDEVC000000002"]);
  });

  it("sets a row aside for each status of an item without a usable barcode, one at least, and lists nothing", () => {
    const intake = parse(
      aReply(
        anItem({ barcode: null, statuses: [aStatus(), aStatus()] }),
        anItem({ barcode: "3S", statuses: [] }),
        anItem({ barcode: {}, statuses: null }),
        { barcode: undefined },
        null,
        [anItem()],
      ),
    );
    expect(quarantinedOf(intake).map(({ line, code }) => [line, code])).toEqual([
      [1, "FIELD_MISSING"],
      [2, "FIELD_MISSING"],
      [3, "BARCODE_INVALID"],
      [4, "SHAPE_INVALID"],
      [5, "FIELD_MISSING"],
      [6, "SHAPE_INVALID"],
      [7, "SHAPE_INVALID"],
    ]);
    expect(intake.listed).toEqual([]);
  });

  it("sets aside what stands in the place of a list of statuses, and still takes the current one", () => {
    const intake = parse(aReply(anItem({ statuses: aStatus() })));
    expect(intake.rows.map((row) => row.kind)).toEqual(["observation", "quarantined"]);
    expect(quarantinedOf(intake)).toMatchObject([
      {
        line: 2,
        code: "SHAPE_INVALID",
        message: expect.stringContaining("reply 1 item 1: an object → a list of statuses"),
      },
    ]);
    expect(intake.listed).toEqual([]);
  });

  it("shows neither names nor addresses of a row that it sets aside", () => {
    const intake = parse(
      aReply(
        anItem({ receiver: { name: "Jansen" }, statuses: [aStatus({ code: null, signedBy: "Jansen" })] }),
      ),
    );
    expect(quarantinedOf(intake).map(({ raw }) => raw)).toEqual([
      '{"barcode":"3SDEVC123456789","timestamp":"2026-03-07T23:22:56+01:00"}',
    ]);
  });

  it("accounts for every status of any reply, and never fails", () => {
    const anything = fc.jsonValue({ maxDepth: 3 });
    const status = fc.oneof(
      anything,
      fc.record({
        code: fc.oneof(fc.constant("sorted"), anything),
        timestamp: fc.oneof(fc.constant("2026-03-07T22:22:56Z"), anything),
      }),
    );
    const item = fc.record({
      barcode: fc.oneof(fc.constant("3SDEVC123456789"), anything),
      statuses: fc.array(status),
      customerNumber: anything,
    });
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const { rows, listed } = parse(aReply(...items));
        // Chance writes a barcode, too, now and then.
        const isBarcode = (value: unknown): boolean =>
          (typeof value === "string" || typeof value === "number") &&
          /^[0-9A-Za-z]{8,35}$/.test(String(value).trim());
        const expected = items.map(({ barcode, statuses }) =>
          isBarcode(barcode) ? statuses.length : Math.max(1, statuses.length),
        );
        expect(rows).toHaveLength(expected.reduce((sum, count) => sum + count, 0));
        const lines = rows.map((row) =>
          row.kind === "observation" ? row.observation.line : row.quarantined.line,
        );
        expect(lines).toEqual(rows.map((_, index) => index + 1));
        expect(listed.includes("3SDEVC123456789" as never)).toBe(
          items.some(({ barcode }) => barcode === "3SDEVC123456789"),
        );
      }),
    );
  });

  it("never fails on any JSON and any bytes", () => {
    fc.assert(fc.property(fc.json(), (text) => void parse(text)));
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(parseStatusReply(bytes, anArrival("status-api", 200), "x", contract).rows).toHaveLength(1);
      }),
    );
  });

  it("sets a reply aside that was cut at any byte", () => {
    const whole = bytesOf(aReply(anItem(), anItem()));
    for (let end = 0; end < whole.length; end += 1) {
      const intake = parseStatusReply(whole.subarray(0, end), anArrival("status-api", 200), "x", contract);
      expect([end, quarantinedOf(intake).length, observationsOf(intake).length]).toEqual([end, 1, 0]);
    }
  });
});
