import { z } from "zod";
import { HEADER_NAME } from "./header-name.ts";

/** What a webhook verifier checks, by the contract; its secrets come from the configuration. */
export const VERIFIER_RULE = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("shared-key"), header: HEADER_NAME }),
]);

export type VerifierRule = Readonly<z.infer<typeof VERIFIER_RULE>>;
