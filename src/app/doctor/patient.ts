import type { Clock } from "../../clock.ts";
import type { Config } from "../../config.ts";
import type { Contract } from "../../sources/contract.ts";
import type { Store } from "../../store/store.ts";
import type { ApiOverrides } from "../feeds/open-apis.ts";
import type { Subscription } from "../subscription.ts";

/** What is examined; what could not be read or opened is `null`, and a check of its own says why. */
export interface Patient {
  readonly config: Config;
  /** Where the settings were read; `null`: all have their defaults. */
  readonly configFile: string | null;
  readonly contract: Contract | null;
  readonly store: Store | null;
  /** Of the store. */
  readonly databaseUrl: string;
  readonly subscription: Subscription | null;
  readonly clock: Clock;
  /** How long one check may take. */
  readonly deadlineMs: number;
  /** For how many hours no delivery need come. */
  readonly quietHours: number;
  readonly apis: ApiOverrides;
}
