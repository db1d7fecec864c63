import { readFileSync } from "node:fs";
import { z } from "zod";
import { UsageError } from "./domain/errors.ts";

/** Where a secret is found: an environment variable, or a file. The secret itself never stands in the settings. */
export const SECRET = z.union(
  [
    z.strictObject({ environment: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
    z.strictObject({ file: z.string().min(1) }),
  ],
  { error: "{ environment: NAME } or { file: PATH }: a secret never stands in the settings themselves" },
);

export type SecretPlace = z.infer<typeof SECRET>;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a secret. A file's last line end is not part of it.
 *
 * @param setting its name in the settings, for messages; the value never appears in one
 * @throws UsageError when it is not there, or empty
 */
export function readSecret(
  place: SecretPlace,
  setting: string,
  environment: Environment = process.env,
): string {
  const secret = findText(place, environment)?.replace(/\r?\n$/, "");
  if (secret !== undefined && secret !== "") return secret;
  throw new UsageError({
    place: `${setting}: ${toShown(place)}`,
    value: secret === undefined ? "not there" : "empty",
    expected: "the secret that the carrier gave out",
    todo: `set it, or name another place in ${setting}`,
  });
}

/**
 * Reads a secret that may be two while it is being changed: a line each.
 *
 * @throws UsageError when there is none
 */
export function readSecrets(
  place: SecretPlace,
  setting: string,
  environment: Environment = process.env,
): readonly string[] {
  return readSecret(place, setting, environment)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function findText(place: SecretPlace, environment: Environment): string | undefined {
  if ("environment" in place) return environment[place.environment];
  try {
    return readFileSync(place.file, "utf8");
  } catch {
    return undefined;
  }
}

function toShown(place: SecretPlace): string {
  return "environment" in place ? `environment variable ${place.environment}` : `file ${place.file}`;
}
