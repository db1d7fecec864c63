import { UsageError } from "../domain/errors.ts";
import { normaliseWireCode } from "../mapping/translate.ts";
import type { Contract } from "./contract.ts";

/** Of each service, the wire codes (lower case) and the status that each stands for. */
export type WireCodes = Readonly<Record<"webhook" | "status-api", ReadonlyMap<string, string>>>;

/**
 * The wire codes of both services, lower case, and the status each stands for:
 * the contract's own table, or the status names themselves.
 *
 * @throws UsageError when the table names a status that does not exist, or one code twice
 */
export function toWireCodes(contract: Contract, statusNames: Iterable<string>): WireCodes {
  const names = new Set(statusNames);
  const toMap = (
    codes: Readonly<Record<string, string>> | null,
    key: string,
  ): ReadonlyMap<string, string> => {
    if (codes === null) return new Map([...names].map((name) => [normaliseWireCode(name), name]));
    const statuses = new Map<string, string>();
    for (const [wire, status] of Object.entries(codes)) {
      const code = normaliseWireCode(wire);
      const place = `${contract.place}: ${key}.${wire}`;
      if (!names.has(status)) {
        throw new UsageError({
          place,
          value: `status '${status}'`,
          expected: "a name from the status table",
          todo: "correct the contract's codes, or add the status to the table",
        });
      }
      if (statuses.has(code)) {
        throw new UsageError({
          place,
          value: `code '${wire}' a second time`,
          expected: "each code once, case not counted",
          todo: "remove one of the rows",
        });
      }
      statuses.set(code, status);
    }
    return statuses;
  };
  return {
    webhook: toMap(contract.webhook.codes, "codes of the webhook"),
    "status-api": toMap(contract.statusApi.codes, "codes of the status API"),
  };
}
