import { schedule } from "node-cron";

/**
 * Calls `tick` every minute, unless the last call still goes on. In UTC, where
 * no hour is skipped or repeated; what is due is for `tick` to decide.
 *
 * @param tick does not reject
 * @returns stops it; no call begins after that
 */
export function everyMinute(tick: () => Promise<void>): () => Promise<void> {
  const task = schedule("* * * * *", tick, {
    timezone: "UTC",
    noOverlap: true,
    // A tick that is missed or left out is made up for by the next.
    logger: SILENT,
  });
  return async () => {
    await task.destroy();
  };
}

const SILENT = { info() {}, warn() {}, error() {}, debug() {} };
