import type { ApiReply, ApiRequest } from "../api-reply.ts";
import type { AuthorisedClient } from "../authorised-client.ts";
import type { FactorRule } from "../factor-rule.ts";
import { toUrl } from "../http-client.ts";

/** What Shippingstatus v2 wants with every request. */
export const LEGACY_API_FACTORS: readonly FactorRule[] = [{ kind: "api-key", header: "apikey" }];

const BY_BARCODE = "/shipment/v2/status/barcode/{barcode}";
const BY_REFERENCE = "/shipment/v2/status/reference/{reference}";
const UPDATED = "/shipment/v2/status/{updatedshipments}/updatedshipments";

/** Fetches from Shippingstatus v2. The replies are not interpreted: an error reply comes back like any other. */
export interface LegacyApiClient {
  /** One parcel with its events. The carrier asks to stop once a barcode is not found. */
  readonly fetchByBarcode: (barcode: string) => Promise<ApiReply>;
  /** The only way to parcels whose barcode the carrier made itself. */
  readonly fetchByReference: (
    reference: string,
    customerNumber: string,
    customerCode: string,
  ) => Promise<ApiReply>;
  /**
   * Which parcels of a customer changed. The service takes at most 2 hours, at
   * most 48 hours back.
   *
   * @param from UTC epoch milliseconds, so `until`
   */
  readonly fetchUpdatedShipments: (customerNumber: string, from: number, until: number) => Promise<ApiReply>;
}

/**
 * Makes the client of Shippingstatus v2. Its calls throw `HttpFailure` when no
 * reply could be had.
 *
 * @param zone the wall clock of `period`, which has no offset; the carrier does not say which: Europe/Amsterdam
 * @see https://api-sandbox.postnl.nl/shipment/v2/status/swagger.json
 */
export function makeLegacyApiClient(client: AuthorisedClient, baseUrl: URL, zone: string): LegacyApiClient {
  const fetch = async (
    path: string,
    request: ApiRequest,
    query: readonly (readonly [string, string])[],
  ): Promise<ApiReply> => {
    const { httpStatus, bytes, date, retryAfter } = await client.send({
      place: `legacy API ${path}`,
      method: "GET",
      url: toUrl(baseUrl, path, request, query),
      headers: { accept: "application/json" },
      body: null,
    });
    return { httpStatus, bytes, request, date, retryAfter };
  };
  return {
    // Only the detailed reply carries events.
    fetchByBarcode: (barcode) => fetch(BY_BARCODE, { barcode }, [["detail", "true"]]),
    fetchByReference: (reference, customerNumber, customerCode) =>
      fetch(BY_REFERENCE, { reference, customerNumber, customerCode }, [
        ["customerCode", customerCode],
        ["customerNumber", customerNumber],
        ["detail", "true"],
      ]),
    fetchUpdatedShipments: (customerNumber, from, until) => {
      const period = [toLocal(from, zone), toLocal(until, zone)] as const;
      return fetch(
        UPDATED,
        { updatedshipments: customerNumber, period: period.join("/") },
        period.map((text) => ["period", text] as const),
      );
    },
  };
}

/** `2026-03-07T23:22:56.000`: the service's form of a period's begin and end. */
function toLocal(at: number, zone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at)
    .toZonedDateTimeISO(zone)
    .toPlainDateTime()
    .toString({ fractionalSecondDigits: 3 });
}
