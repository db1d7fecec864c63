import { EXIT } from "../domain/errors.ts";

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/**
 * Lends a process that runs on its own a signal that is aborted when it is
 * told to stop, and sets the exit code for that: 0, or 130 when a person
 * interrupted it. The second time it ends at once.
 */
export async function withStopSignal(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const stop = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    process.exitCode = signal === "SIGINT" ? EXIT.interrupted : EXIT.fine;
    controller.abort();
  };
  for (const signal of SIGNALS) {
    // In the place of what ends other commands at once.
    process.removeAllListeners(signal);
    process.on(signal, stop);
  }
  try {
    await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}
