import { InputError } from "../../domain/errors.ts";
import { toIsoUtc } from "../../domain/instant.ts";
import type { ApiReply, ApiRequest } from "../api-reply.ts";
import type { AuthorisedClient } from "../authorised-client.ts";
import type { Contract, RequestRule } from "../contract.ts";
import { toUrl } from "../http-client.ts";
import { parseJson } from "../parse-json.ts";

/** Fetches from Shippingstatus v4. The replies are not interpreted: an error reply comes back like any other. */
export interface StatusApiClient {
  readonly fetchByBarcode: (barcode: string) => Promise<ApiReply>;
  /** The only way to parcels whose barcode the carrier made itself. */
  readonly fetchByReference: (
    reference: string,
    customerNumber: string,
    customerCode: string,
  ) => Promise<ApiReply>;
  /**
   * One page of what changed for a customer.
   *
   * @param from UTC epoch milliseconds, so `until`
   * @param cursor the page, by {@link parseNextCursor} of the page before; `null` for the first
   */
  readonly fetchUpdated: (
    customerNumber: string,
    from: number,
    until: number,
    cursor: string | null,
  ) => Promise<ApiReply>;
}

/**
 * Makes the client of Shippingstatus v4, with the paths and names of the contract.
 * Its calls throw `HttpFailure` when no reply could be had.
 */
export function makeStatusApiClient(
  client: AuthorisedClient,
  contract: Contract,
  baseUrl: URL,
): StatusApiClient {
  const { requests } = contract.statusApi;
  const fetch = async (rule: RequestRule, request: ApiRequest): Promise<ApiReply> => {
    const query = Object.entries(rule.query).flatMap(([ours, theirs]) => {
      const value = request[ours];
      return theirs === undefined || value === undefined ? [] : [[theirs, value] as const];
    });
    const { httpStatus, bytes, date, retryAfter } = await client.send({
      place: `status API ${rule.path}`,
      method: "GET",
      url: toUrl(baseUrl, rule.path, request, query),
      headers: { accept: "application/json" },
      body: null,
    });
    return { httpStatus, bytes, request, date, retryAfter };
  };
  return {
    fetchByBarcode: (barcode) => fetch(requests.barcode, { barcode }),
    fetchByReference: (reference, customerNumber, customerCode) =>
      fetch(requests.reference, { reference, customerNumber, customerCode }),
    fetchUpdated: (customerNumber, from, until, cursor) =>
      fetch(requests.updated, {
        customerNumber,
        from: toIsoUtc(from),
        until: toIsoUtc(until),
        ...(cursor === null ? {} : { cursor }),
      }),
  };
}

/**
 * The cursor of the page after this one; `null` where this is the last. A page
 * that cannot be read is no last page, so it throws.
 *
 * @param reply of HTTP status 200
 * @throws InputError
 */
export function parseNextCursor(reply: ApiReply, contract: Contract): string | null {
  const place = "status API page";
  const body = parseJson(reply.bytes, place);
  try {
    return contract.statusApi.nextCursor.get(body, place);
  } catch (problem) {
    if (problem instanceof InputError && problem.code === "FIELD_MISSING") return null;
    throw problem;
  }
}
