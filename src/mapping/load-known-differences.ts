import { existsSync } from "node:fs";
import { z } from "zod";
import { UsageError } from "../domain/errors.ts";
import { FINDING_KINDS } from "../domain/finding.ts";
import type { KnownDifference } from "../domain/known-difference.ts";
import { readCheckedYaml } from "./load-yaml.ts";

/** The zone of the file's days: the carrier's. */
const ZONE = "Europe/Amsterdam";

const text = z.string().trim().min(1, "a text");
const texts = z
  .union([text.transform((one) => [one]), z.array(text).min(1)], { error: "a text, or a list of texts" })
  .optional()
  .transform((list) => list ?? null);
const day = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, "a day such as 2026-06-30")
  .refine(isDay, "a day of the calendar");

const SCOPE = z
  .strictObject({
    kind: z.enum(FINDING_KINDS),
    signature: texts,
    status: texts,
    legacyStatus: texts,
    newStatus: texts,
    code: texts,
    field: texts,
    customerNumber: texts,
    productCode: texts,
    from: day.optional(),
    until: day.optional(),
  })
  .refine(
    ({ kind: _, from: __, until: ___, ...narrowing }) =>
      Object.values(narrowing).some((list) => list !== null),
    "more than a kind: a code, a status, a field, a customer or a signature; otherwise it would hide everything",
  );

const RULE = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, "a short name of small letters, digits and -"),
    match: SCOPE,
    reason: text,
    owner: text,
    approver: text,
    /** The last day on which it hides anything. */
    expires: day,
    maximumHits: z
      .string()
      .regex(/^[1-9][0-9]{0,8}$/, "a whole number from 1")
      .transform(Number),
  })
  .refine(({ owner, approver }) => owner.toLowerCase() !== approver.toLowerCase(), {
    path: ["approver"],
    error: "another person than the owner: an agreement needs four eyes",
  });

const FILE = z.strictObject({ rules: z.array(RULE).optional() });

/**
 * Reads the known differences.
 *
 * @param path a YAML file; where there is none there are no rules
 * @throws UsageError naming the rule and the key, when it cannot be read, or a rule
 *   is too wide, lacks something, or has one person as owner and approver
 */
export function readKnownDifferences(path: string): readonly KnownDifference[] {
  if (!existsSync(path)) return [];
  const { rules: written = [] } = readCheckedYaml(path, FILE);
  const rules = written.map(toRule);
  const twice = rules.find(({ id }, i) => rules.findIndex((rule) => rule.id === id) !== i);
  if (twice === undefined) return rules;
  throw new UsageError({
    place: path,
    value: `rule ${twice.id} a second time`,
    expected: "each id once",
    todo: "name one of them otherwise",
  });
}

function toRule({ match, expires, ...rule }: z.infer<typeof RULE>): KnownDifference {
  const { from, until, ...scope } = match;
  return {
    ...rule,
    scope: {
      ...scope,
      occurredFrom: from === undefined ? null : startOf(from, 0),
      occurredUntil: until === undefined ? null : startOf(until, 1),
    },
    expiresAt: startOf(expires, 1),
  };
}

function startOf(date: string, daysLater: number): number {
  return Temporal.PlainDate.from(date).add({ days: daysLater }).toZonedDateTime(ZONE).epochMilliseconds;
}

function isDay(date: string): boolean {
  try {
    Temporal.PlainDate.from(date);
    return true;
  } catch {
    return false;
  }
}
