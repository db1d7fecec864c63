import { z } from "zod";
import { HEADER_NAME } from "./header-name.ts";

/** What every request to an API carries, by the contract; keys and secrets come from the configuration. */
export const FACTOR_RULE = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("api-key"), header: HEADER_NAME }),
  z.strictObject({
    kind: z.literal("oauth-client-credentials"),
    /** A path on the API's host, or a whole https address. */
    tokenUrl: z.string().regex(/^(\/|https:\/\/)\S+$/, "a path that begins with /, or an https address"),
    scope: z
      .string()
      .optional()
      .transform((scope) => scope ?? null),
    /** Where id and secret go: the `Authorization` header, or the form. */
    authentication: z.enum(["basic", "post"]).default("basic"),
  }),
]);

export type FactorRule = Readonly<z.infer<typeof FACTOR_RULE>>;
