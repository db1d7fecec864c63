import { setTimeout as wait } from "node:timers/promises";
import type { Prng } from "../../src/sandbox/prng.ts";
import type { LogLine, RunningProcess } from "./processes.ts";

/** The workers of a night, while it goes on. */
export interface Night {
  readonly workers: readonly RunningProcess[];
  /** Starts one more. */
  readonly start: () => void;
  readonly random: Prng;
  /** Whether a stopped process keeps all others from writing. */
  readonly isHeldUp: () => Promise<boolean>;
}

/** How a night is disturbed. */
export type NightKind = "killed" | "paused" | "random";

export const DISTURB: Readonly<Record<NightKind, (night: Night) => Promise<void>>> = {
  /** Kills whoever runs the night, twice. */
  async killed({ workers, start, random }) {
    for (const longestMs of [0, 100]) {
      const leader = await until(() => findLeader(workers));
      await wait(random.between(0, longestMs));
      leader.signal("SIGKILL");
      await leader.ended;
      start();
    }
  },

  /** Stops all but one in the middle of their work, the one that runs the night among them, and wakes them when the one has ended it. */
  async paused({ workers, random, isHeldUp }) {
    const first = await until(() => findLeader(workers));
    first.signal("SIGSTOP");
    await until(() => (workers.every(hasStarted) ? true : undefined));
    first.signal("SIGCONT");
    const leader = await until(() => findLeader(workers));
    const spared = workers.find((worker) => worker !== leader);
    const signal = (name: "SIGSTOP" | "SIGCONT"): void => {
      for (const worker of workers) if (worker !== spared) worker.signal(name);
    };
    await wait(random.between(0, 50));
    signal("SIGSTOP");
    // Who is stopped while the file is its alone keeps it: nobody could take over.
    for (let n = 0; n < MOST_STOPS && (await isHeldUp()); n += 1) {
      signal("SIGCONT");
      await wait(random.between(1, 3));
      signal("SIGSTOP");
    }
    // Another than the one that was found may have had the night, and have ended it before all were stopped.
    await until(() => workers.flatMap(({ logged }) => logged).find(has("nightly run ended")));
    signal("SIGCONT");
  },

  /** Kills, stops and wakes anyone. */
  async random({ workers, start, random }) {
    for (let n = 0; n < RANDOM_SIGNALS; n += 1) {
      await wait(random.between(20, 250));
      const started = workers.filter(({ isAlive, logged }) => isAlive() && logged.length > 0);
      if (started.length === 0) continue;
      const victim = random.pick(started);
      if (victim.isPaused()) victim.signal("SIGCONT");
      else if (random.chance(0.6)) victim.signal("SIGSTOP");
      else {
        victim.signal("SIGKILL");
        start();
      }
    }
    // Some sleep beyond their lease.
    await wait(random.between(0, LONGEST_SLEEP_MS));
    for (const worker of workers) worker.signal("SIGCONT");
  },
};

const RANDOM_SIGNALS = 10;
/** Twice the lease of the workers that are disturbed. */
const LONGEST_SLEEP_MS = 2000;
const MOST_STOPS = 20;

const hasStarted = ({ logged }: RunningProcess): boolean => logged.length > 0;
/** Finds a line of the log by its event. */
export const has = (event: string) => (line: LogLine) => line.event === event;

/** Of those that are awake, the one that has the nightly run. */
function findLeader(workers: readonly RunningProcess[]): RunningProcess | undefined {
  return workers.find(
    ({ isAlive, isPaused, logged }) =>
      isAlive() &&
      !isPaused() &&
      logged.some(has("nightly run begun")) &&
      !logged.some(has("nightly run ended")) &&
      // With a date it was the night's run that was lost, else some buckets.
      !logged.some(({ event, businessDate }) => event === "claim lost" && businessDate !== undefined),
  );
}

/** Longer than anything here takes on a busy machine. */
const LONGEST_MS = 100_000;
const LOOK_MS = 5;

/** Waits until there is something. */
async function until<Found>(look: () => Found | undefined): Promise<Found> {
  for (let waited = 0; waited < LONGEST_MS; waited += LOOK_MS) {
    const found = look();
    if (found !== undefined) return found;
    await wait(LOOK_MS);
  }
  throw new Error("waited in vain");
}
