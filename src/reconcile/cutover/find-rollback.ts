import type { RollbackTrigger } from "../../domain/cutover.ts";

/** What became known in one minute. */
export interface MinuteTally {
  /** Episodes that could be compared. */
  events: number;
  /** Of them, under an open critical finding. */
  critical: number;
  messages: number;
  /** Of them, wrong, missing or too many. */
  faulty: number;
}

export const NO_TALLY: Readonly<MinuteTally> = Object.freeze({
  events: 0,
  critical: 0,
  messages: 0,
  faulty: 0,
});

/** When the trigger fires, and by which figures. */
export interface RollbackFiring {
  /** UTC epoch milliseconds. */
  readonly at: number;
  readonly trigger: "wrong_messages" | "open_critical";
  /** In the window up to then. */
  readonly hits: number;
  readonly of: number;
}

const MINUTE = 60_000;

/**
 * The first moment at which the rollback trigger fires.
 *
 * @param minutes by the minute (UTC epoch minutes) in which it became known
 * @returns `null`: never
 */
export function findRollback(
  minutes: ReadonlyMap<number, Readonly<MinuteTally>>,
  { windowMs, leastEvents, wrongMessages, openCritical }: RollbackTrigger,
): RollbackFiring | null {
  const known = [...minutes].sort(([a], [b]) => a - b);
  const sum: MinuteTally = { ...NO_TALLY };
  let first = 0;
  for (const [minute, tally] of known) {
    addTally(sum, tally, 1);
    for (
      let old = known[first];
      old !== undefined && (minute - old[0]) * MINUTE >= windowMs;
      old = known[first]
    ) {
      addTally(sum, old[1], -1);
      first += 1;
    }
    const at = (minute + 1) * MINUTE;
    if (sum.messages >= leastEvents && sum.faulty > wrongMessages * sum.messages)
      return { at, trigger: "wrong_messages", hits: sum.faulty, of: sum.messages };
    if (sum.events >= leastEvents && sum.critical > openCritical * sum.events)
      return { at, trigger: "open_critical", hits: sum.critical, of: sum.events };
  }
  return null;
}

function addTally(to: MinuteTally, { events, critical, messages, faulty }: MinuteTally, times: 1 | -1): void {
  to.events += times * events;
  to.critical += times * critical;
  to.messages += times * messages;
  to.faulty += times * faulty;
}
