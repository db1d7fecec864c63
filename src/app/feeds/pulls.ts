/** What can be fetched; `sweep` asks the new API for what should have been pushed and was not. */
export const PULLS = ["scan-files", "legacy-api", "status-api", "sweep"] as const;
export type Pull = (typeof PULLS)[number];
