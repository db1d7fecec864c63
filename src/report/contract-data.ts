/** What `contract check` prints: what was found, field by field, where the contract looks. */
export interface ContractCheckReport {
  /** The contract's name, and its file. */
  readonly contract: string;
  readonly file: string;
  /** Whether the contract is a reconstruction or an example. */
  readonly provisional: boolean;
  readonly service: "webhook" | "status-api";
  readonly payloads: number;
  /** Status changes in them. */
  readonly rows: number;
  readonly fields: readonly ContractFieldReport[];
  /** Wire codes, lower case; `status`: `null` where the contract does not know it. */
  readonly codes: readonly {
    readonly code: string;
    readonly status: string | null;
    readonly count: number;
  }[];
  /** Paths that no field reads, and in how many payloads each stands. Names only. */
  readonly unused: readonly { readonly path: string; readonly payloads: number }[];
  /** Replies with another HTTP status than 200: no contract speaks of them. */
  readonly errorReplies: number;
  readonly unreadable: number;
  /** The first of them, with the reason. */
  readonly unreadableFirst: readonly { readonly place: string; readonly message: string }[];
  /** Every row has all that it needs, and every code is known. */
  readonly isFine: boolean;
}

export interface ContractFieldReport {
  readonly field: string;
  readonly level: "delivery" | "reply" | "item" | "status";
  readonly required: boolean;
  /** From the payload's root, the preferred one first. */
  readonly paths: readonly string[];
  /** How often it was looked for, and found. */
  readonly of: number;
  readonly found: number;
  /** The first value; `null`: none. */
  readonly sample: string | null;
  readonly problems: readonly { readonly problem: string; readonly count: number }[];
}

/**
 * What is different in live payloads from what was usual: a notice, no
 * finding. `gone`: a field of the contract is filled far less often; `new`: a
 * path that was never there; `type`: another kind of value at a path; `code`:
 * a wire code that was never there.
 */
export interface DriftReport {
  readonly service: "webhook" | "status-api";
  readonly what: "gone" | "new" | "type" | "code";
  /** Where it is seen; of a field, where the contract looks for it. */
  readonly path: string;
  /** `gone`: the contract's field. */
  readonly field: string | null;
  /** `new` and `type`: the kind of value; `code`: the code. */
  readonly value: string | null;
  /** `type`: the kinds that were usual. */
  readonly usual: string | null;
  /** `gone`: shares of the rows that had it before, and have it now, 0 to 1. */
  readonly usualRate: number | null;
  readonly rate: number | null;
  readonly firstSeenAt: string;
  /** Rows (`gone`, `code`), or payloads among those that were looked at (`new`, `type`). */
  readonly count: number;
  /** Names, kinds of values, and values of the contract's fields; `null`: none was kept. */
  readonly sample: unknown;
}
