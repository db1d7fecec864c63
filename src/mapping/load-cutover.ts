import { z } from "zod";
import { CHANNELS, sideOf } from "../domain/channel.ts";
import type { CutoverCalendar, CutoverPhase, PhaseDate, Wave } from "../domain/cutover.ts";
import { CUTOVER_PHASES } from "../domain/cutover.ts";
import { parseDay } from "../domain/instant.ts";
import { readCheckedYaml } from "./load-yaml.ts";

const HOUR = 3600 * 1000;

const text = z.string().trim().min(1, "a text");
const day = z.string().refine((date) => parseDay(date) !== undefined, "a day such as 2026-06-30");
const share = z
  .string()
  .refine(
    (value) => /^[0-9]*\.?[0-9]+$/.test(value) && Number(value) <= 1,
    "a share from 0 to 1, such as 0.005",
  )
  .transform(Number);
const count = z
  .string()
  .regex(/^[1-9][0-9]{0,8}$/, "a whole number from 1")
  .transform(Number);

const DATE = z.strictObject({
  date: day,
  announced: text.optional(),
  changed: day.optional(),
  history: z.array(z.strictObject({ date: day, changed: day, reason: text.optional() })).default([]),
});

/** A date, with its history or just so. */
const PHASE = z
  .union([day.transform((date) => ({ date, history: [] })), DATE], {
    error: "a day such as 2026-06-30, or date: with announced, changed and history",
  })
  .transform(toPhaseDate)
  .optional();

const PHASES = { parallelRun: PHASE, newLeads: PHASE, oldEnds: PHASE } satisfies Record<
  CutoverPhase,
  unknown
>;

const WAVE = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,59}$/, "a short name of small letters, digits and -"),
    customers: z.array(text).min(1).optional(),
    channels: z.array(z.enum(CHANNELS)).min(1).optional(),
    ...PHASES,
  })
  .refine(({ customers, channels }) => customers !== undefined || channels !== undefined, {
    error: "customers, channels or both; what concerns everybody stands under phases",
  })
  .refine((wave) => CUTOVER_PHASES.some((phase) => wave[phase] !== undefined), {
    error: "a date of its own: parallelRun, newLeads or oldEnds",
  })
  .refine(({ channels, oldEnds }) => oldEnds === undefined || hasSide(channels, "legacy"), {
    path: ["oldEnds"],
    error: "channels of the old side among the wave's: only they end",
  })
  .refine(({ channels, newLeads }) => newLeads === undefined || hasSide(channels, "new"), {
    path: ["newLeads"],
    error: "channels of the new side among the wave's: only they lead",
  });

const ROLLBACK = z
  .strictObject({
    windowHours: count.prefault("24"),
    leastEvents: count.prefault("200"),
    wrongMessages: share.prefault("0.01"),
    openCritical: share.prefault("0.005"),
  })
  .transform(({ windowHours, ...rest }) => ({ windowMs: windowHours * HOUR, ...rest }));

const FILE = z
  .strictObject({
    phases: z.strictObject(PHASES).prefault({}),
    waves: z.array(WAVE).default([]),
    rollback: ROLLBACK.prefault({}),
  })
  .superRefine(({ phases, waves }, context) => {
    const add = (path: (string | number)[], message: string): void => {
      context.addIssue({ code: "custom", path, message });
    };
    if (!isInOrder(phases)) add(["phases"], IN_ORDER);
    for (const [i, wave] of waves.entries()) {
      if (!isInOrder({ ...phases, ...dropAbsent(wave) })) add(["waves", i], IN_ORDER);
      const earlier = waves.slice(0, i);
      if (earlier.some(({ id }) => id === wave.id))
        add(["waves", i, "id"], "another name: each wave has its own");
      const rival = earlier.find((other) => isRival(other, wave));
      if (rival !== undefined)
        add(["waves", i], `a scope apart from that of wave ${rival.id}: it must be clear whose dates count`);
    }
  });

const IN_ORDER = "dates in the order parallelRun, newLeads, oldEnds";

/**
 * Reads the calendar of the migration.
 *
 * @param path a YAML file
 * @throws UsageError naming the key, when it cannot be read, a date is none or
 *   before that of an earlier phase, or two waves concern the same
 */
export function readCutover(path: string): CutoverCalendar {
  const { phases, waves, rollback } = readCheckedYaml(path, FILE);
  return {
    phases: toDates(phases),
    waves: waves.map(
      ({ id, customers = null, channels = null, ...dates }): Wave => ({
        id,
        customers,
        channels,
        dates: toDates(dates),
      }),
    ),
    rollback,
  };
}

type Dates = Partial<Record<CutoverPhase, PhaseDate | undefined>>;

function toDates({ parallelRun, newLeads, oldEnds }: Dates): Record<CutoverPhase, PhaseDate | null> {
  return { parallelRun: parallelRun ?? null, newLeads: newLeads ?? null, oldEnds: oldEnds ?? null };
}

function toPhaseDate({ date, announced, changed, history }: z.infer<typeof DATE>): PhaseDate {
  return {
    date,
    at: parseDay(date) ?? 0,
    announced: announced ?? null,
    changedOn: changed ?? null,
    history: history.map((former) => ({
      date: former.date,
      changedOn: former.changed,
      reason: former.reason ?? null,
    })),
  };
}

function isInOrder(dates: Dates): boolean {
  const given = CUTOVER_PHASES.flatMap((phase) => dates[phase]?.at ?? []);
  return given.every((at, i) => i === 0 || at >= (given[i - 1] ?? 0));
}

function dropAbsent(dates: Dates): Dates {
  return Object.fromEntries(
    CUTOVER_PHASES.flatMap((phase) => (dates[phase] === undefined ? [] : [[phase, dates[phase]]])),
  );
}

interface Scope {
  readonly customers?: readonly string[] | undefined;
  readonly channels?: readonly string[] | undefined;
}

/** Of the same narrowness, with something in common. */
function isRival(a: Scope, b: Scope): boolean {
  return doMeet(a.customers, b.customers) && doMeet(a.channels, b.channels);
}

/** Whether both name something in common, or neither names anything. */
function doMeet(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.some((one) => b.includes(one));
}

function hasSide(channels: Scope["channels"], side: "legacy" | "new"): boolean {
  return channels === undefined || CHANNELS.some((one) => sideOf(one) === side && channels.includes(one));
}
