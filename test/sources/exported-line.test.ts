import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/domain/errors.ts";
import type { PayloadChannel } from "../../src/sources/exported-line.ts";
import { parseExportedLine } from "../../src/sources/exported-line.ts";
import { timeOf } from "../support/observations.ts";

const parse = (text: string, channel: PayloadChannel) =>
  parseExportedLine(Buffer.from(text), channel, "export.jsonl line 3");
const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8");

describe("parseExportedLine", () => {
  it("reads a delivery and gives its body as it stands", () => {
    const { arrival, body } = parse(
      '{"receivedAt":"2026-03-07T22:30:00.120Z","deliveryId":"d-1","body":{ "b" : 1.0, "a":"\\u00e9" } }',
      "webhook",
    );
    expect(arrival).toEqual({
      channel: "webhook",
      name: "d-1",
      receivedAt: timeOf("2026-03-07T22:30:00.120Z"),
      httpStatus: null,
    });
    expect(textOf(body)).toBe('{ "b" : 1.0, "a":"\\u00e9" }');
  });

  it("reads a reply and names its arrival after the request, in whatever order it stands", () => {
    const { arrival, body } = parse(
      '{"body":[],"request":{"until":"u","customerNumber":"11223344","cursor":null},"httpStatus":200,"receivedAt":"2026-03-07T22:30:00Z"}',
      "status-api",
    );
    expect(arrival).toEqual({
      channel: "status-api",
      name: "customerNumber=11223344&until=u",
      receivedAt: timeOf("2026-03-07T22:30:00Z"),
      httpStatus: 200,
    });
    expect(textOf(body)).toBe("[]");
  });

  it("takes an error reply without a body, and a body that is a text", () => {
    const error = parse(
      '{"receivedAt":"2026-03-07T22:30:00Z","httpStatus":503,"request":{"barcode":"3S1"}}',
      "legacy-api",
    );
    expect([error.arrival.httpStatus, error.arrival.name, error.body.length]).toEqual([
      503,
      "barcode=3S1",
      0,
    ]);
    const html = parse(
      '{"receivedAt":"2026-03-07T22:30:00Z","httpStatus":502,"body":"<html>"}',
      "legacy-api",
    );
    expect(textOf(html.body)).toBe('"<html>"');
  });

  it("names an arrival after its place where it has no name of its own", () => {
    const delivery = (id: string) =>
      parse(`{"receivedAt":"2026-03-07T22:30:00Z","deliveryId":${id},"body":{}}`, "webhook");
    expect(delivery("null").arrival.name).toBe("export.jsonl line 3");
    expect(delivery("42").arrival.name).toBe("42");
    expect(
      parse('{"receivedAt":"2026-03-07T22:30:00Z","httpStatus":200,"body":{}}', "status-api").arrival.name,
    ).toBe("export.jsonl line 3");
  });

  it("makes control characters in a name visible", () => {
    const { arrival } = parse(
      '{"receivedAt":"2026-03-07T22:30:00Z","deliveryId":"a\\u001b[2Jb","body":{}}',
      "webhook",
    );
    expect(arrival.name).toBe("a\\u001b[2Jb");
  });

  it.each([
    ["", "webhook", "no JSON object"],
    ["[]", "webhook", "no JSON object"],
    ['{"receivedAt":"2026-03-07T22:30:00Z","body":{}', "webhook", "no JSON object"],
    ['{"body":{}}', "webhook", "no receivedAt"],
    ['{"receivedAt":null,"body":{}}', "webhook", "no receivedAt"],
    ['{"receivedAt":"2026-03-07T22:30:00","body":{}}', "webhook", "receivedAt '2026-03-07T22:30:00'"],
    ['{"receivedAt":2026,"body":{}}', "webhook", "receivedAt '2026'"],
    ['{"receivedAt":yesterday,"body":{}}', "webhook", "no JSON"],
    ['{"receivedAt":"2026-03-07T22:30:00Z"}', "webhook", "no body"],
    ['{"receivedAt":"2026-03-07T22:30:00Z","body":{}}', "status-api", "no httpStatus"],
    ['{"receivedAt":"2026-03-07T22:30:00Z","httpStatus":"OK","body":{}}', "legacy-api", "no httpStatus"],
    ['{"receivedAt":"2026-03-07T22:30:00Z","httpStatus":99,"body":{}}', "legacy-api", "no httpStatus"],
    ['{"receivedAt":"2026-03-07T22:30:00Z","httpStatus":200}', "status-api", "no body"],
  ] as const)("refuses %s of %s", (text, channel, value) => {
    let thrown: unknown;
    try {
      parse(text, channel);
    } catch (cause) {
      thrown = cause;
    }
    expect(thrown).toMatchObject({ name: "InputError", code: "LINE_INVALID" });
    expect((thrown as InputError).message).toMatch(/^export\.jsonl line 3: /);
    expect((thrown as InputError).complaint.value).toBe(value);
  });

  it("says of any bytes at all what they are, or throws an InputError", () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.constantFrom("webhook", "status-api", "legacy-api"),
        (bytes, channel) => {
          try {
            parseExportedLine(bytes, channel, "x");
          } catch (cause) {
            expect(cause).toBeInstanceOf(InputError);
          }
        },
      ),
    );
  });
});
