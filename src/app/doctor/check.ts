import { InputError, UsageError } from "../../domain/errors.ts";
import type { CheckState, DoctorCheck, Examined, SaidText } from "../../report/doctor-data.ts";
import { HttpFailure } from "../../sources/http-failure.ts";

/** What a check came to. */
export type Outcome = Pick<Examined, "state" | "said">;

/** An outcome in a text of ours. */
export function say(
  state: CheckState,
  text: SaidText,
  values: Readonly<Record<string, string | number>> = {},
): Outcome {
  const texts = Object.entries(values).map(([name, value]) => [name, String(value)]);
  return { state, said: { text, values: Object.fromEntries(texts) } };
}

/** A line of one check. */
export function toLine(check: DoctorCheck, subject: string | null, outcome: Outcome): Examined {
  return { check, subject, ...outcome };
}

/**
 * Makes one check, and waits no longer for it than allowed. Whatever it throws
 * is its outcome: none stops the others.
 */
export async function attempt(
  check: DoctorCheck,
  subject: string | null,
  deadlineMs: number,
  work: () => Outcome | Promise<Outcome>,
): Promise<Examined> {
  const [line] = await attemptAll(check, subject, deadlineMs, async () => [
    toLine(check, subject, await work()),
  ]);
  if (line === undefined) throw new Error(`${check} says nothing`);
  return line;
}

/** Makes checks that come together; see {@link attempt}. What is thrown, or takes too long, is told as `check`. */
export async function attemptAll(
  check: DoctorCheck,
  subject: string | null,
  deadlineMs: number,
  work: () => Promise<readonly Examined[]>,
): Promise<readonly Examined[]> {
  const late = Promise.withResolvers<Outcome>();
  const timer = setTimeout(
    () => late.resolve(say("failure", "too-slow", { seconds: deadlineMs / 1000 })),
    deadlineMs,
  );
  const working = work().catch(toFailure);
  const outcome = await Promise.race([working, late.promise]);
  clearTimeout(timer);
  return "state" in outcome ? [toLine(check, subject, outcome)] : outcome;
}

/** What an error comes to: in its own words where a person can mend it. */
export function toFailure(error: unknown): Outcome {
  if (error instanceof UsageError || error instanceof InputError) {
    return { state: "failure", said: error.complaint };
  }
  if (error instanceof HttpFailure) {
    const [value = "", expected = "", todo = ""] = error.message.split(" → ");
    const [place = "", ...rest] = value.split(": ");
    return { state: "failure", said: { place, value: rest.join(": "), expected, todo } };
  }
  return say("failure", "unexpected", { problem: error instanceof Error ? error.message : String(error) });
}

const HOUR_MS = 3_600_000;

/** Whole hours from one moment to another, UTC epoch milliseconds. */
export function hoursBetween(from: number, to: number): number {
  return Math.max(0, Math.floor((to - from) / HOUR_MS));
}
