import { Presets, SingleBar } from "cli-progress";

/** A bar while a person watches; silent in pipes, logs and with `--quiet`. */
export interface Progress {
  update(done: number, total: number, note?: string): void;
  stop(): void;
}

/** Makes the bar of one long step. */
export function makeProgress(title: string, { quiet }: { readonly quiet?: boolean }): Progress {
  if (quiet || !process.stderr.isTTY) return { update: () => {}, stop: () => {} };
  const bar = new SingleBar(
    {
      format: `${title} {bar} {percentage}% {note}`,
      stream: process.stderr,
      hideCursor: true,
      clearOnComplete: true,
    },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    update(done, total, shown = "") {
      if (!isStarted) bar.start(total, done, { note: shown });
      else {
        bar.setTotal(total);
        bar.update(done, { note: shown });
      }
      isStarted = true;
    },
    stop() {
      if (isStarted) bar.stop();
    },
  };
}
