import { createHash } from "node:crypto";
import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeZoneReader } from "../../../src/domain/instant.ts";
import { parseLegacyReply } from "../../../src/sources/legacy-api/parse-reply.ts";
import { timeOf } from "../../support/observations.ts";
import {
  anArrival,
  bytesOf,
  fixtures,
  observationsOf,
  quarantinedOf,
  RECEIVED_AT,
  readCapturedReply,
} from "../../support/payloads.ts";

const readZone = makeZoneReader("Europe/Amsterdam");
const parse = (body: unknown, httpStatus = 200) =>
  parseLegacyReply(bytesOf(body), anArrival("legacy-api", httpStatus), "reply 1", readZone);
const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");

function parseCaptured(name: string) {
  const { httpStatus, body } = readCapturedReply(name);
  return parseLegacyReply(body, anArrival("legacy-api", httpStatus), name, readZone);
}

function anEvent(changes: object = {}) {
  return {
    Code: "J01",
    Description: "Zending is gesorteerd",
    DestinationLocationCode: {},
    LocationCode: "161102",
    RouteCode: {},
    RouteName: {},
    TimeStamp: "07-03-2026 23:22:56",
    ...changes,
  };
}

function aShipment(changes: object = {}) {
  return {
    MainBarcode: "3SDEVC123456789",
    Barcode: "3SDEVC123456789",
    ShipmentAmount: "1",
    ShipmentCounter: "1",
    Customer: { CustomerCode: "DEVC", CustomerNumber: "11223344", Name: "Bedrijf B.V." },
    ProductCode: "003085",
    Reference: "ORDER-1001",
    Address: [{ AddressType: "01", LastName: "Jansen", Street: "Dorpsstraat", Zipcode: "1234AB" }],
    Event: [anEvent()],
    Status: { TimeStamp: "07-03-2026 23:22:56", StatusCode: "5", PhaseCode: "2" },
    ...changes,
  };
}

const complete = (Shipment: unknown) => ({ CompleteStatus: { Shipment } });

describe("parseLegacyReply, of captured replies", () => {
  it("reads three events of completestatus.http, digits-first codes turned, one code twice", () => {
    const details = {
      reference: "DF00DF91",
      customerNumber: "11223344",
      customerCode: "DEVC",
      mainBarcode: "33DEVC123456789",
      productCode: "003089",
    };
    const intake = parseCaptured("completestatus.http");
    expect(quarantinedOf(intake)).toEqual([]);
    expect(observationsOf(intake)).toMatchObject([
      {
        barcode: "3SDEVC123456789",
        code: "B01",
        at: timeOf("2018-03-07T22:20:05Z"),
        line: 1,
        details: { ...details, location: "166886" },
      },
      {
        barcode: "3SDEVC123456789",
        code: "A01",
        at: timeOf("2018-03-07T08:51:08Z"),
        line: 2,
        details: { ...details, location: "888888" },
      },
      {
        barcode: "3SDEVC123456789",
        code: "A01",
        at: timeOf("2018-03-07T08:50:47Z"),
        line: 3,
        details: { ...details, location: "888888" },
      },
    ]);
  });

  it("reads the one event of completestatus2.http, which is no list", () => {
    expect(observationsOf(parseCaptured("completestatus2.http"))).toMatchObject([
      { barcode: "3SDEVC123456789", code: "B01", at: timeOf("2018-03-07T22:20:05Z"), line: 1 },
    ]);
  });

  it("reads five events of completestatus3.http in their order, an empty reference as none", () => {
    const found = observationsOf(parseCaptured("completestatus3.http"));
    expect(found.map(({ code, at }) => [code, at])).toEqual([
      ["B01", timeOf("2021-03-26T14:06:53Z")],
      ["J05", timeOf("2021-03-26T08:44:45Z")],
      ["J01", timeOf("2021-03-25T08:30:58Z")],
      ["B01", timeOf("2021-03-26T00:15:18Z")],
      ["A01", timeOf("2021-03-25T11:11:10Z")],
    ]);
    expect(new Set(found.map(({ details }) => details.reference))).toEqual(new Set([null]));
  });

  it.each([
    "currentstatus.http",
    "currentstatus2.http",
    "currentstatus3.http",
    "nocurrentshipments.http",
    "updatedshipments.http",
  ])("finds no event in %s, and nothing wrong with it", (name) => {
    expect(parseCaptured(name).rows).toEqual([]);
  });

  it("has met every captured reply above", () => {
    expect(readdirSync(`${fixtures}legacy-v2`)).toHaveLength(8);
  });
});

describe("parseLegacyReply", () => {
  it("reads an event as an observation", () => {
    const content = bytesOf(complete(aShipment()));
    const intake = parseLegacyReply(content, anArrival("legacy-api", 200), "x", readZone);
    expect(intake).toEqual({
      kind: "payload",
      hash: sha256(content),
      content,
      arrival: anArrival("legacy-api", 200),
      rows: [
        {
          kind: "observation",
          observation: {
            barcode: "3SDEVC123456789",
            channel: "legacy-api",
            code: "J01",
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
              location: "161102",
              productCode: "003085",
            },
            intake: sha256(content),
            line: 1,
            identity: sha256("3SDEVC123456789\u001fJ01\u001f2026-03-07T23:22:56.000").slice(0, 32),
            lastListedAt: null,
          },
        },
      ],
      listed: [],
      customerNumber: null,
    });
  });

  it("reads one shipment, several, one event and several, alike", () => {
    const one = parse(complete(aShipment({ Event: anEvent() })));
    const list = parse(complete([aShipment()]));
    const colli = parse(
      complete([
        aShipment({ Event: [anEvent(), anEvent({ Code: "B01" })] }),
        aShipment({ Barcode: "3SDEVC000000002" }),
      ]),
    );
    const short = (intake: typeof one) =>
      observationsOf(intake).map(({ barcode, code, line }) => [barcode, code, line]);
    expect(short(one)).toEqual([["3SDEVC123456789", "J01", 1]]);
    expect(short(list)).toEqual(short(one));
    expect(short(colli)).toEqual([
      ["3SDEVC123456789", "J01", 1],
      ["3SDEVC123456789", "B01", 2],
      ["3SDEVC000000002", "J01", 3],
    ]);
  });

  it.each([[{}], ["{}"], [" {} "], [""], [null], [undefined], [[]], [[{}]], [["{}"]]])(
    "takes %j for empty wherever it stands",
    (empty) => {
      expect(parse({ CompleteStatus: empty, Warnings: [] }).rows).toEqual([]);
      expect(parse(complete(empty)).rows).toEqual([]);
      expect(parse(complete(aShipment({ Event: empty }))).rows).toEqual([]);
      const { details } = observationsOf(
        parse(
          complete(
            aShipment({
              Reference: empty,
              MainBarcode: empty,
              ProductCode: empty,
              Customer: empty,
              Event: anEvent({ LocationCode: empty }),
            }),
          ),
        ),
      )[0]!;
      expect(Object.values(details)).toEqual([null, null, null, null, null, null]);
    },
  );

  it("takes a customer's empty number for none, beside a code that is filled", () => {
    const [observation] = observationsOf(
      parse(complete(aShipment({ Customer: { CustomerCode: "DEVC", CustomerNumber: {}, Name: {} } }))),
    );
    expect(observation?.details).toMatchObject({ customerCode: "DEVC", customerNumber: null });
  });

  it("undoes what XML left in a text", () => {
    const [observation] = observationsOf(
      parse(complete(aShipment({ Reference: "A&amp;B &lt;1&gt; &amp;lt;" }))),
    );
    expect(observation?.details.reference).toBe("A&B <1> &lt;");
  });

  it.each([
    ["07-03-2026 23:22:56.326", "2026-03-07T22:22:56.326Z", 1, "2026-03-07T23:22:56.326"],
    ["2026-03-07T23:22:56", "2026-03-07T22:22:56Z", 1000, "2026-03-07T23:22:56.000"],
    ["07-07-2026 23:22:56", "2026-07-07T21:22:56Z", 1000, "2026-07-07T23:22:56.000"],
  ])("reads %s as Amsterdam's wall clock", (TimeStamp, instant, precisionMs, canonical) => {
    expect(observationsOf(parse(complete(aShipment({ Event: anEvent({ TimeStamp }) }))))).toMatchObject([
      {
        at: timeOf(instant),
        precisionMs,
        identity: sha256(`3SDEVC123456789\u001fJ01\u001f${canonical}`).slice(0, 32),
      },
    ]);
  });

  it("keeps both instants of the repeated hour", () => {
    expect(
      observationsOf(parse(complete(aShipment({ Event: anEvent({ TimeStamp: "25-10-2026 02:17:00" }) })))),
    ).toMatchObject([{ at: timeOf("2026-10-25T00:17:00Z"), laterAt: timeOf("2026-10-25T01:17:00Z") }]);
  });

  it("goes by the zone that it is given", () => {
    const content = bytesOf(complete(aShipment()));
    const intake = parseLegacyReply(
      content,
      anArrival("legacy-api", 200),
      "x",
      makeZoneReader("America/New_York"),
    );
    expect(observationsOf(intake)).toMatchObject([{ at: timeOf("2026-03-08T04:22:56Z") }]);
  });

  it("has one identity for a digits-first code, and for two ways to write one time", () => {
    const identityOf = (event: object) =>
      observationsOf(parse(complete(aShipment({ Event: anEvent(event) }))))[0]?.identity;
    const identity = identityOf({});
    expect(identityOf({ Code: "01j" })).toBe(identity);
    expect(identityOf({ TimeStamp: "2026-03-07T23:22:56" })).toBe(identity);
    expect(identityOf({ TimeStamp: "07-03-2026 23:22:57" })).not.toBe(identity);
    expect(identityOf({ Code: "J02" })).not.toBe(identity);
  });

  it.each([
    [{ Warnings: [{ Message: "No shipment found", Code: "2" }], CurrentStatus: {} }],
    [{ CompleteStatus: {}, Warnings: [{ Message: "No shipment found", Code: "2" }] }],
    [{ CompleteStatus: "{}", Warnings: { Warning: { Message: "No shipment found", Code: "2" } } }],
    [{ Warnings: { Warning: { Message: "No signature found", Code: "2" } } }],
    [{ CompleteStatus: { Warnings: {} } }],
    [{ fault: { faultstring: "x", detail: { errorcode: "y" } } }],
    [{ message: "Too many requests. Rate limit exceeded!", http_status_code: 429 }],
    [{ Error: { ErrorCode: "1", ErrorMessage: "x" } }],
    [{ Envelope: { Body: { Fault: { Reason: { Text: "x" } } } } }],
    [[]],
    [[{ fault: { faultstring: "x" } }]],
    [{ CurrentStatus: { Shipment: { ...aShipment(), Event: undefined } } }],
  ])("counts %j as an arrival without rows", (body) => {
    expect(parse(body).rows).toEqual([]);
  });

  it.each([400, 401, 404, 429, 500, 503])("counts a reply of %i as an arrival without rows", (httpStatus) => {
    expect(parse(complete(aShipment()), httpStatus)).toMatchObject({ rows: [], arrival: { httpStatus } });
  });

  it.each([
    ["no JSON", "<html>", "BODY_NOT_JSON"],
    ["a cut body", '{"CompleteStatus":{"Shipment":', "BODY_NOT_JSON"],
    ["a text", '"ok"', "SHAPE_INVALID"],
    ["null", "null", "SHAPE_INVALID"],
    ["an unknown object", { Shipments: [] }, "SHAPE_INVALID"],
    ["an empty object", {}, "SHAPE_INVALID"],
    ["a wrapper without shipment", { CompleteStatus: { Shipments: [] } }, "SHAPE_INVALID"],
    ["a wrapper that is a text", { CompleteStatus: "none" }, "SHAPE_INVALID"],
    ["a shipment that is a text", complete("none"), "SHAPE_INVALID"],
  ])("sets one row aside for %s", (_what, body, code) => {
    const intake = parse(body);
    expect(intake.rows).toHaveLength(1);
    expect(quarantinedOf(intake)).toMatchObject([{ line: 1, code }]);
  });

  it("loses one row to one unreadable event or shipment, and none of the others", () => {
    const intake = parse(
      complete([
        aShipment({
          Event: [
            anEvent(),
            anEvent({ Code: {} }),
            anEvent({ TimeStamp: "31-02-2026 10:00:00" }),
            "x",
            anEvent({ TimeStamp: "01-01-0001 00:00:00" }),
          ],
        }),
        "x",
        aShipment({ Barcode: {} }),
        aShipment({ Barcode: "3S" }),
        aShipment({ Barcode: "3SDEVC000000002" }),
      ]),
    );
    expect(observationsOf(intake).map(({ line, barcode }) => [line, barcode])).toEqual([
      [1, "3SDEVC123456789"],
      [9, "3SDEVC000000002"],
    ]);
    expect(quarantinedOf(intake).map(({ line, code }) => [line, code])).toEqual([
      [2, "FIELD_MISSING"],
      [3, "TIME_INVALID"],
      [4, "SHAPE_INVALID"],
      [5, "FIELD_MISSING"],
      [6, "SHAPE_INVALID"],
      [7, "FIELD_MISSING"],
      [8, "BARCODE_INVALID"],
    ]);
  });

  it("lets neither names nor addresses past, in observations or in rows set aside", () => {
    const intake = parse(
      complete([aShipment({ Event: [anEvent(), anEvent({ TimeStamp: "x" })] }), aShipment({ Barcode: {} })]),
    );
    expect(intake.rows.map((row) => row.kind)).toEqual(["observation", "quarantined", "quarantined"]);
    expect(JSON.stringify(intake.rows)).not.toMatch(/Jansen|Dorpsstraat|1234AB|Bedrijf/);
    expect(quarantinedOf(intake)[0]?.raw).toBe('{"barcode":"3SDEVC123456789","code":"J01","timestamp":"x"}');
  });

  it("accounts for every event that is not empty, of any reply", () => {
    const anything = fc.jsonValue({ maxDepth: 3 });
    const event = fc.record({
      Code: fc.oneof(fc.constant("J01"), anything),
      TimeStamp: fc.oneof(fc.constant("07-03-2026 23:22:56"), anything),
    });
    const shipment = fc.record({
      Barcode: fc.oneof(fc.constant("3SDEVC123456789"), anything),
      Event: fc.array(event),
      Customer: anything,
    });
    fc.assert(
      fc.property(fc.array(shipment), (shipments) => {
        const { rows } = parse(complete(shipments));
        expect(rows).toHaveLength(shipments.reduce((sum, { Event }) => sum + Event.length, 0));
      }),
    );
  });

  it("never fails on any JSON in any place, or on any bytes", () => {
    const anything = fc.jsonValue({ maxDepth: 4 });
    const reply = fc.oneof(
      anything,
      anything.map(complete),
      anything.map((Event) => complete(aShipment({ Event }))),
      fc.array(anything).map((Shipment) => complete(Shipment)),
    );
    fc.assert(fc.property(reply, (body) => void parse(body)));
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        parseLegacyReply(bytes, anArrival("legacy-api", 200), "x", readZone);
      }),
    );
  });
});
