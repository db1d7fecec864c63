import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readContract } from "../../../src/sources/contract.ts";
import { parseDelivery } from "../../../src/sources/webhook/parse-delivery.ts";
import { timeOf } from "../../support/observations.ts";
import { anArrival, bytesOf, observationsOf, quarantinedOf, RECEIVED_AT } from "../../support/payloads.ts";

const contract = await readContract("reference");
const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");
const parse = (body: unknown) =>
  parseDelivery(bytesOf(body), anArrival("webhook"), "webhook.jsonl line 3", contract);

/** The delivery of the interface's description; `item` and `status` are changed by naming what differs. */
function aDelivery(changes: { root?: object; item?: object; status?: object } = {}) {
  return {
    eventId: "6f0c",
    eventTime: "2026-03-07T23:23:01.120+01:00",
    customerNumber: "11223344",
    customerCode: "DEVC",
    item: {
      barcode: "3SDEVC123456789",
      mainBarcode: "3SDEVC123456789",
      shipmentReference: "ORDER-1001",
      status: {
        code: "sorted",
        description: "Sorted",
        timestamp: "2026-03-07T23:22:56+01:00",
        ...changes.status,
      },
      details: { locationCode: "888888" },
      ...changes.item,
    },
    ...changes.root,
  };
}

describe("parseDelivery", () => {
  it("reads a delivery as one observation", () => {
    const content = bytesOf(aDelivery());
    const { seen, ...intake } = parseDelivery(content, anArrival("webhook"), "x", contract);
    expect(seen?.contract).toBe("reference");
    expect(intake).toEqual({
      kind: "payload",
      hash: sha256(content),
      content,
      arrival: anArrival("webhook"),
      rows: [
        {
          kind: "observation",
          observation: {
            barcode: "3SDEVC123456789",
            channel: "webhook",
            code: "sorted",
            at: timeOf("2026-03-07T22:22:56Z"),
            laterAt: null,
            nonexistentTime: false,
            precisionMs: 1000,
            receivedAt: RECEIVED_AT,
            details: {
              reference: "ORDER-1001",
              customerNumber: "11223344",
              customerCode: "DEVC",
              mainBarcode: "3SDEVC123456789",
              location: "888888",
              productCode: null,
            },
            intake: sha256(content),
            line: 1,
            identity: "e:6f0c",
            lastListedAt: null,
          },
        },
      ],
      listed: [],
      customerNumber: "11223344",
    });
  });

  it("has the event id as its identity, whatever else differs", () => {
    const [first] = observationsOf(parse(aDelivery()));
    const [again] = observationsOf(parse(aDelivery({ status: { code: "held" }, root: { traceId: "t" } })));
    const [another] = observationsOf(parse(aDelivery({ root: { eventId: "6f0d" } })));
    expect(again?.identity).toBe(first?.identity);
    expect(another?.identity).not.toBe(first?.identity);
  });

  it("tells event ids apart that are numbers longer than a double", () => {
    const body = (id: string) => JSON.stringify(aDelivery()).replace('"6f0c"', id);
    const identityOf = (id: string) => observationsOf(parse(body(id)))[0]?.identity;
    expect(identityOf("1234567890123456789")).toBe("e:1234567890123456789");
    expect(identityOf("1234567890123456788")).toBe("e:1234567890123456788");
  });

  it.each([[undefined], [null], [""], ["  "], [{}]])(
    "has its body as its identity where the event id is %j",
    (eventId) => {
      const first = parse(aDelivery({ root: { eventId } }));
      const other = parse(aDelivery({ root: { eventId }, status: { code: "held" } }));
      const again = parse(aDelivery({ root: { eventId } }));
      const identityOf = (intake: typeof first) => observationsOf(intake)[0]?.identity;
      expect(identityOf(first)).toBe(`b:${first.hash}`);
      expect(identityOf(again)).toBe(identityOf(first));
      expect(identityOf(other)).not.toBe(identityOf(first));
    },
  );

  it("lower-cases the code and repairs blanks and case around a barcode, the main one too", () => {
    const [observation] = observationsOf(
      parse(
        aDelivery({
          status: { code: " SORTED " },
          item: { barcode: " 3sdevc123456789\t", mainBarcode: "3sdevc1 " },
        }),
      ),
    );
    expect(observation).toMatchObject({
      code: "sorted",
      barcode: "3SDEVC123456789",
      details: { mainBarcode: "3SDEVC1" },
    });
  });

  it("knows the unit of the time it was given", () => {
    const precisionOf = (timestamp: string) =>
      observationsOf(parse(aDelivery({ status: { timestamp } })))[0]?.precisionMs;
    expect(precisionOf("2026-03-07T23:22:56.000+01:00")).toBe(1);
    expect(precisionOf("2026-03-07T23:22:56Z")).toBe(1000);
  });

  it("takes numbers for texts", () => {
    const intake = parse(
      aDelivery({ root: { customerNumber: 11223344 }, item: { shipmentReference: 1001 } }),
    );
    expect(intake.customerNumber).toBe("11223344");
    expect(observationsOf(intake)[0]?.details).toMatchObject({
      reference: "1001",
      customerNumber: "11223344",
    });
  });

  it("is not failed by what is missing, null, misshapen or unknown", () => {
    const bare = parse({
      item: { barcode: "3SDEVC123456789", status: { code: "sorted", timestamp: "2026-03-07T22:22:56Z" } },
    });
    const nulls = parse(
      aDelivery({
        root: { eventId: null, eventTime: null, customerNumber: null, customerCode: null },
        item: { mainBarcode: null, shipmentReference: null, details: null },
        status: { description: null },
      }),
    );
    const misshapen = parse(
      aDelivery({
        root: { customerNumber: {}, customerCode: [1], eventTime: {}, eventId: [] },
        item: { mainBarcode: true, shipmentReference: { x: 1 }, details: "none" },
      }),
    );
    const unknown = parse(
      aDelivery({ root: { traceId: "t", phase: { deep: [[]] } }, item: { timeFrame: { from: "13:00" } } }),
    );
    const none = {
      reference: null,
      customerNumber: null,
      customerCode: null,
      mainBarcode: null,
      location: null,
      productCode: null,
    };
    for (const intake of [bare, nulls, misshapen])
      expect(observationsOf(intake).map(({ details }) => details)).toEqual([none]);
    expect(observationsOf(unknown)).toHaveLength(1);
  });

  it.each([
    ["no barcode", aDelivery({ item: { barcode: null } }), "FIELD_MISSING"],
    ["a blank barcode", aDelivery({ item: { barcode: " " } }), "FIELD_MISSING"],
    ["a short barcode", aDelivery({ item: { barcode: "3SDEVC1" } }), "BARCODE_INVALID"],
    ["a barcode with a dash", aDelivery({ item: { barcode: "3SDEVC-123456789" } }), "BARCODE_INVALID"],
    ["a barcode that is an object", aDelivery({ item: { barcode: {} } }), "SHAPE_INVALID"],
    ["no code", aDelivery({ status: { code: undefined } }), "FIELD_MISSING"],
    ["a code that is a list", aDelivery({ status: { code: ["sorted"] } }), "SHAPE_INVALID"],
    ["no timestamp", aDelivery({ status: { timestamp: "" } }), "FIELD_MISSING"],
    ["a time without offset", aDelivery({ status: { timestamp: "2026-03-07T23:22:56" } }), "TIME_INVALID"],
    [
      "a day that does not exist",
      aDelivery({ status: { timestamp: "2026-02-30T23:22:56Z" } }),
      "TIME_INVALID",
    ],
    ["a status that is a text", aDelivery({ item: { status: "sorted" } }), "FIELD_MISSING"],
    ["no item", aDelivery({ root: { item: undefined } }), "FIELD_MISSING"],
    ["a list", [aDelivery()], "FIELD_MISSING"],
    ["null", null, "FIELD_MISSING"],
    ["no JSON", '{"item":', "BODY_NOT_JSON"],
    ["nothing", "", "BODY_NOT_JSON"],
  ])("sets a delivery with %s aside", (_what, body, code) => {
    const intake = parse(body);
    expect(intake.rows).toHaveLength(1);
    expect(quarantinedOf(intake)).toMatchObject([
      { line: 1, code, message: expect.stringMatching(/^webhook\.jsonl line 3: /) },
    ]);
  });

  it("keeps the beginning of an overlong event id for people, and tells two such ids apart", () => {
    const identityOf = (eventId: string) =>
      observationsOf(parse(aDelivery({ root: { eventId } })))[0]?.identity;
    const [long, longest] = ["x".repeat(101), "x".repeat(102)];
    expect(identityOf(long)).toMatch(/^e:x{100}… [0-9a-f]{32}$/);
    expect(identityOf(longest)).not.toBe(identityOf(long));
    expect(identityOf("x".repeat(100))).toBe(`e:${"x".repeat(100)}`);
  });

  it("keeps the customer of a delivery that is set aside: the webhook was in use for it", () => {
    expect(parse(aDelivery({ item: { barcode: null } })).customerNumber).toBe("11223344");
  });

  it("shows what it looked at, and neither names nor addresses", () => {
    const intake = parse(
      aDelivery({ root: { receiver: { name: "Jansen" } }, item: { barcode: "3S", street: "Dorpsstraat" } }),
    );
    const [row] = quarantinedOf(intake);
    expect(row?.raw).toBe(
      '{"eventId":"6f0c","barcode":"3S","code":"sorted","timestamp":"2026-03-07T23:22:56+01:00"}',
    );
    expect(JSON.stringify(parse('{"name":"Jansen" "street":"Dorpsstraat"}').rows)).not.toMatch(
      /Jansen|Dorpsstraat/,
    );
  });

  it("gives exactly one row for any JSON, in any place of a delivery", () => {
    const anything = fc.jsonValue({ maxDepth: 5 });
    const delivery = fc.oneof(
      anything,
      fc.record({ eventId: anything, customerNumber: anything, item: anything }),
      fc
        .record({
          barcode: anything,
          status: fc.record({ code: anything, timestamp: anything }),
          details: anything,
        })
        .map((item) => aDelivery({ item })),
    );
    fc.assert(
      fc.property(delivery, (body) => {
        expect(parse(body).rows).toHaveLength(1);
      }),
    );
  });

  it("gives exactly one row for any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(parseDelivery(bytes, anArrival("webhook"), "x", contract).rows).toHaveLength(1);
      }),
    );
  });

  it("sets a delivery aside that was cut at any byte", () => {
    const whole = bytesOf(aDelivery());
    for (let end = 0; end < whole.length; end += 1) {
      expect(
        quarantinedOf(parseDelivery(whole.subarray(0, end), anArrival("webhook"), "x", contract)),
      ).toHaveLength(1);
    }
  });
});
