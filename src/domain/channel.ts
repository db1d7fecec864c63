/** `legacy` is the control, believed today; `new` the candidate. */
export const SIDES = ["legacy", "new"] as const;
export type Side = (typeof SIDES)[number];

/** Where data comes from: scan files over SFTP, Shippingstatus v2, Tracking Webhook v1, Shippingstatus v4. */
export const CHANNELS = ["legacy-scan", "legacy-api", "webhook", "status-api"] as const;
export type Channel = (typeof CHANNELS)[number];

/**
 * Each side's channels, the main witness first: where both channels of a side
 * report one observation, the first one's details speak.
 */
export const CHANNELS_OF = {
  legacy: ["legacy-scan", "legacy-api"],
  new: ["webhook", "status-api"],
} as const satisfies Record<Side, readonly Channel[]>;

export function sideOf(channel: Channel): Side {
  return channel === "legacy-scan" || channel === "legacy-api" ? "legacy" : "new";
}

export function otherSide(side: Side): Side {
  return side === "legacy" ? "new" : "legacy";
}
