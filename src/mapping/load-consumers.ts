import { z } from "zod";
import type { Consumer } from "../domain/cutover.ts";
import type { StatusTable } from "../domain/status.ts";
import { readCheckedYaml } from "./load-yaml.ts";

const MINUTE = 60_000;
const text = z.string().trim().min(1, "a text");

const CONSUMER = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, "a short name of small letters, digits and -"),
  nameNl: text,
  nameEn: text,
  action: z.enum(["message", "report"]),
  statuses: z.array(text).min(1, "at least one status"),
  costPerWrongMessage: z
    .string()
    .regex(/^[0-9]+(\.[0-9]{1,4})?$/, "an amount such as 1.50")
    .transform(Number)
    .optional(),
  lateMinutes: z
    .string()
    .regex(/^[0-9]{1,6}$/, "a whole number")
    .transform(Number)
    .prefault("60"),
});

/**
 * Reads who tells customers by which statuses.
 *
 * @param path a YAML file
 * @throws UsageError naming the consumer, when it cannot be read or names a status that is not in the table
 */
export function readConsumers(path: string, statuses: StatusTable): readonly Consumer[] {
  const schema = z
    .strictObject({ consumers: z.array(CONSUMER).default([]) })
    .superRefine(({ consumers }, context) => {
      for (const [i, { id, statuses: own }] of consumers.entries()) {
        const path = ["consumers", i];
        if (consumers.findIndex((one) => one.id === id) !== i)
          context.addIssue({ code: "custom", path: [...path, "id"], message: "each id once" });
        const foreign = own.findIndex((status) => !statuses.has(status));
        if (foreign >= 0) {
          const message = "a status of mappings/statuses.csv";
          context.addIssue({ code: "custom", path: [...path, "statuses", foreign], message });
        }
      }
    });
  return readCheckedYaml(path, schema).consumers.map(({ costPerWrongMessage, lateMinutes, ...rest }) => ({
    ...rest,
    costPerWrongMessage: costPerWrongMessage ?? null,
    lateMs: lateMinutes * MINUTE,
  }));
}
