import type { App, AppOptions } from "../app/open-app.ts";
import { withApp } from "../app/open-app.ts";
import { readConfig } from "../config.ts";
import type { GlobalOptions } from "./global-options.ts";
import { toClock } from "./global-options.ts";

/** Reads the settings, opens the application for one command and closes it. */
export async function withCommandApp<Result>(
  options: GlobalOptions,
  work: (app: App) => Promise<Result>,
  { mayMakeStore = false }: Partial<Pick<AppOptions, "mayMakeStore">> = {},
): Promise<Result> {
  return withApp(
    {
      config: readConfig(options.config),
      clock: toClock(options),
      databaseUrl: options.database,
      mayMakeStore,
    },
    work,
  );
}
