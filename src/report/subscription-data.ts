/** What there is to know about a planned subscription; each has a text. */
export const SUBSCRIPTION_NOTES = [
  "upper-case",
  "other-path",
  "provisional",
  "no-customers",
  "no-certificate",
] as const;

/** What `subscribe --url` prepares. */
export interface SubscriptionPlan {
  readonly url: string;
  /** `code` is not known for customers of the old API alone. */
  readonly customers: readonly { readonly number: string; readonly code: string | null }[];
  /** As the settings name it. */
  readonly contract: string;
  /** What every delivery has to carry: names, never values. */
  readonly verifiers: readonly { readonly kind: string; readonly headers: readonly string[] }[];
  /** Of `serve.tls`: the server's own and its chain, the one that ends first before the others. */
  readonly certificates: readonly {
    readonly subject: string;
    /** SHA-256, hexadecimal with colons. */
    readonly fingerprint: string;
    readonly validTo: string;
  }[];
  readonly notes: readonly (typeof SUBSCRIPTION_NOTES)[number][];
}

/** A recorded subscription. */
export interface SubscriptionReport {
  readonly at: string;
  readonly by: string;
  readonly url: string;
  readonly customers: readonly string[];
  readonly contract: string;
  readonly reason: string | null;
}

/** What `subscribe` prints: what it has prepared, or what is recorded. */
export interface SubscribeReport {
  readonly plan: SubscriptionPlan | null;
  /** The one that holds last; `null` where nobody has looked. */
  readonly recorded: readonly SubscriptionReport[] | null;
}
