import { describe, expect, it } from "vitest";
import { makeZoneReader } from "../../../src/domain/instant.ts";
import { toRequestName } from "../../../src/sources/api-reply.ts";
import { makeAuthorisedClient } from "../../../src/sources/authorised-client.ts";
import { makeHttpClient } from "../../../src/sources/http-client.ts";
import type { LegacyApiClient } from "../../../src/sources/legacy-api/client.ts";
import { LEGACY_API_FACTORS, makeLegacyApiClient } from "../../../src/sources/legacy-api/client.ts";
import { parseLegacyReply } from "../../../src/sources/legacy-api/parse-reply.ts";
import { makeFakeClock } from "../../support/fake-clock.ts";
import { timeOf } from "../../support/observations.ts";
import { observationsOf, RECEIVED_AT, readCapturedReply } from "../../support/payloads.ts";
import type { SeenRequest, TinyAnswer } from "../../support/tiny-server.ts";
import { replyJson, withTinyServer } from "../../support/tiny-server.ts";

function withService(
  answer: TinyAnswer,
  use: (client: LegacyApiClient, seen: readonly SeenRequest[], slept: readonly number[]) => Promise<void>,
): Promise<void> {
  return withTinyServer(answer, async (url, seen) => {
    const clock = makeFakeClock(RECEIVED_AT);
    const http = makeHttpClient(clock);
    try {
      const secrets = { apiKey: "key", clientId: null, clientSecret: null };
      const authorised = makeAuthorisedClient(http, LEGACY_API_FACTORS, secrets, url, clock.now);
      await use(makeLegacyApiClient(authorised, url, "Europe/Amsterdam"), seen, clock.slept);
    } finally {
      await http.close();
    }
  });
}

describe("makeLegacyApiClient", () => {
  it("asks for one parcel in detail, because only then there are events", () => {
    const captured = readCapturedReply("completestatus.http");
    return withService(
      (_request, reply) => reply.writeHead(captured.httpStatus).end(captured.body),
      async (client, seen) => {
        const { httpStatus, bytes, request } = await client.fetchByBarcode("3SDEVC123456789");
        expect(seen).toMatchObject([
          {
            method: "GET",
            url: "/shipment/v2/status/barcode/3SDEVC123456789?detail=true",
            headers: { apikey: "key" },
          },
        ]);
        const name = toRequestName(request);
        expect(name).toBe("barcode=3SDEVC123456789");
        const arrival = { channel: "legacy-api", name, receivedAt: RECEIVED_AT, httpStatus } as const;
        const intake = parseLegacyReply(bytes, arrival, name, makeZoneReader("Europe/Amsterdam"));
        expect(observationsOf(intake).map(({ code }) => code)).toEqual(["B01", "A01", "A01"]);
      },
    );
  });

  it("asks by reference with the customer's number and code", () =>
    withService(
      (_request, reply) => replyJson(reply, 200, { CompleteStatus: {} }),
      async (client, seen) => {
        const { request } = await client.fetchByReference("ORDER/1 001", "11223344", "DEVC");
        expect(seen[0]?.url).toBe(
          "/shipment/v2/status/reference/ORDER%2F1%20001?customerCode=DEVC&customerNumber=11223344&detail=true",
        );
        expect(toRequestName(request)).toBe(
          "customerCode=DEVC&customerNumber=11223344&reference=ORDER/1 001",
        );
      },
    ));

  it("hands on the service's clock and how long it wants to be left alone", () =>
    withService(
      (_request, reply) =>
        replyJson(reply, 404, {}, { date: "Sat, 07 Mar 2026 22:30:00 GMT", "retry-after": "7" }),
      async (client) => {
        expect(await client.fetchByBarcode("3SDEVC123456789")).toMatchObject({
          httpStatus: 404,
          date: "Sat, 07 Mar 2026 22:30:00 GMT",
          retryAfter: "7",
        });
      },
    ));

  it("asks for a period in Amsterdam's wall clock, winter and summer", () =>
    withService(
      (_request, reply) => replyJson(reply, 200, []),
      async (client, seen) => {
        const winter = await client.fetchUpdatedShipments(
          "11223344",
          timeOf("2026-03-07T22:00:00Z"),
          timeOf("2026-03-07T23:30:00.5Z"),
        );
        await client.fetchUpdatedShipments(
          "11223344",
          timeOf("2026-07-07T22:00:00Z"),
          timeOf("2026-07-08T00:00:00Z"),
        );
        expect(seen.map(({ url }) => decodeURIComponent(url))).toEqual([
          "/shipment/v2/status/11223344/updatedshipments?period=2026-03-07T23:00:00.000&period=2026-03-08T00:30:00.500",
          "/shipment/v2/status/11223344/updatedshipments?period=2026-07-08T00:00:00.000&period=2026-07-08T02:00:00.000",
        ]);
        expect(winter.request.updatedshipments).toBe("11223344");
        expect(Buffer.from(winter.bytes).toString()).toBe("[]");
      },
    ));

  it("waits as long as the gateway asks when it was asked too often", () =>
    withService(
      (_request, reply, index) =>
        index === 0
          ? replyJson(
              reply,
              429,
              { message: "Too many requests. Rate limit exceeded!", http_status_code: 429 },
              { "retry-after": "60" },
            )
          : replyJson(reply, 200, []),
      async (client, seen, slept) => {
        expect((await client.fetchByBarcode("3SDEVC123456789")).httpStatus).toBe(200);
        expect(seen).toHaveLength(2);
        expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(60_000);
      },
    ));
});
