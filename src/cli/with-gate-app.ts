import { readGatePolicy } from "../app/gate/read-policy.ts";
import type { App } from "../app/open-app.ts";
import type { GlobalOptions } from "./global-options.ts";
import { withCommandApp } from "./with-command-app.ts";

export interface GateOptions extends GlobalOptions {
  /** Takes the place of the configured policy. */
  readonly policy?: string;
}

/** Opens the application, with the policy that `--policy` names. */
export function withGateApp<Result>(
  options: GateOptions,
  work: (app: App) => Promise<Result>,
): Promise<Result> {
  const { policy } = options;
  return withCommandApp(options, (app) => {
    if (policy === undefined) return work(app);
    return work({ ...app, gatePolicy: readGatePolicy(policy, new Set(app.tables.statuses.keys())) });
  });
}
