import { join } from "node:path";
import { z } from "zod";
import { CHANNELS, CHANNELS_OF } from "../../domain/channel.ts";
import { UsageError } from "../../domain/errors.ts";
import { readCheckedYaml } from "../../mapping/load-yaml.ts";
import { PACKAGE_ROOT } from "../../package-root.ts";
import type { GatePolicy } from "../../reconcile/gate/policy.ts";

/** The policy that comes with the program. */
export const SHIPPED_POLICY: string = join(PACKAGE_ROOT, "config/gate.yml");

// The file is read as texts, so that codes and customer numbers keep their zeros.
const amount = z
  .string()
  .regex(/^[0-9]{1,9}(\.[0-9]{1,12})?$/, "a number")
  .transform(Number);
const count = z
  .string()
  .regex(/^[0-9]{1,9}$/, "a whole number")
  .transform(Number);
const rate = amount.refine((value) => value > 0 && value < 1, "a share between 0 and 1, such as 0.001");
const share = amount.refine((value) => value <= 1, "a share from 0 to 1");
const yesOrNo = z.enum(["true", "false"], { error: "true or false" }).transform((word) => word === "true");
const day = z
  .string()
  .regex(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/, "a day such as 2026-03-10")
  .refine(isDay, "a day of the calendar");

const STRATUM = { maximumRate: rate, leastEpisodes: count, few: z.enum(["not_proven", "not_exercised"]) };
const EXCEPTION = z.strictObject({
  maximumRate: STRATUM.maximumRate.exactOptional(),
  leastEpisodes: STRATUM.leastEpisodes.exactOptional(),
  few: STRATUM.few.exactOptional(),
});

function dimension(maximumRate: string, few: "not_proven" | "not_exercised") {
  return z
    .strictObject({
      maximumRate: STRATUM.maximumRate.prefault(maximumRate),
      leastEpisodes: STRATUM.leastEpisodes.prefault("1000"),
      few: STRATUM.few.prefault(few),
      exceptions: z.record(z.string(), EXCEPTION).prefault({}),
    })
    .prefault({});
}

const FILE = z.strictObject({
  days: count.refine((days) => days > 0, "at least 1").prefault("14"),
  confidence: rate.prefault("0.95"),
  starts: z
    .array(z.strictObject({ from: day, reason: z.string().trim().min(1, "why the counts began anew") }))
    .refine((starts) => starts.every(({ from }, i) => i === 0 || (starts[i - 1]?.from ?? "") < from), {
      error: "days in order, each later than the one before",
    })
    .prefault([]),
  maximumRate: rate.prefault("0.001"),
  leastEpisodes: count.prefault("1000"),
  strata: z
    .strictObject({
      status: dimension("0.01", "not_exercised"),
      customer: dimension("0.01", "not_exercised"),
      product: dimension("0.01", "not_exercised"),
      channel: dimension("0.005", "not_proven"),
    })
    .prefault({}),
  critical: count.prefault("0"),
  newFamilies: count.prefault("0"),
  codes: z
    .strictObject({
      coverage: share.prefault("0.95"),
      leastPairs: count.refine((pairs) => pairs > 0, "at least 1").prefault("3"),
      exempt: z.array(z.string().trim().toUpperCase()).prefault([]),
    })
    .prefault({}),
  knownShare: share.prefault("0.05"),
  requireRecall: yesOrNo.prefault("true"),
  requireCertificate: z
    .union([yesOrNo, z.array(z.enum(CHANNELS)).min(1)], {
      error: `true, false, or a list of channels: ${CHANNELS.join(", ")}`,
    })
    .prefault("true"),
  runAtMostHoursOld: amount.refine((hours) => hours > 0, "more than 0").prefault("36"),
});

/**
 * Reads a gate policy (YAML).
 *
 * @param path of a file that must be there
 * @param statuses that exceptions may name
 * @throws UsageError naming the key, when it cannot be read or has a wrong or unknown one
 */
export function readGatePolicy(path: string, statuses: ReadonlySet<string>): GatePolicy {
  const { maximumRate, leastEpisodes, strata, ...rest } = readCheckedYaml(path, FILE, SHIPPED_POLICY);
  assertNames(path, "status", strata.status.exceptions, statuses);
  assertNames(path, "channel", strata.channel.exceptions, new Set(CHANNELS_OF.new));
  const all = { maximumRate, leastEpisodes, few: "not_proven", exceptions: {} } as const;
  return { ...rest, strata: { all, ...strata } };
}

/** A misspelt exception would be an exception of nothing. */
function assertNames(path: string, what: string, exceptions: object, names: ReadonlySet<string>): void {
  const unknown = Object.keys(exceptions).find((name) => !names.has(name));
  if (unknown === undefined) return;
  throw new UsageError({
    place: `${path}: strata.${what}.exceptions`,
    value: unknown,
    expected: `a ${what}: ${[...names].join(", ")}`,
    todo: "correct the name",
  });
}

function isDay(date: string): boolean {
  try {
    Temporal.PlainDate.from(date);
    return true;
  } catch {
    return false;
  }
}
