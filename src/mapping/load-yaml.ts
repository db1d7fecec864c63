import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { z } from "zod";
import { UsageError } from "../domain/errors.ts";

/**
 * Reads a YAML file and checks it. All values are read as texts, so that dates,
 * codes and customer numbers stay what they are.
 *
 * @param example a file of this kind that comes along, to be named in errors
 * @throws UsageError naming file and key, when it cannot be read or its schema refuses it
 */
export function readCheckedYaml<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
  example?: string,
): z.infer<Schema> {
  let raw: unknown;
  try {
    raw = parse(readFileSync(path, "utf8"), { schema: "failsafe" }) ?? {};
  } catch (cause) {
    throw new UsageError(
      {
        place: path,
        value: String(cause instanceof Error ? cause.message : cause).split("\n", 1)[0] ?? "",
        expected: "a YAML file that can be read",
        todo: example === undefined ? "correct the file" : `name another file, or copy ${example}`,
      },
      { cause },
    );
  }
  const result = schema.safeParse(raw === "" ? {} : raw);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const keys = issue?.code === "unrecognized_keys" ? issue.keys.join(", ") : null;
  const at = issue?.path ?? [];
  const value = at.reduce<unknown>(
    (here, key) =>
      typeof here === "object" && here !== null ? (here as Record<PropertyKey, unknown>)[key] : undefined,
    raw,
  );
  const more = result.error.issues.length - 1;
  throw new UsageError({
    place: `${path}: ${at.map(String).join(".") || "the whole file"}`,
    value:
      keys !== null
        ? `unknown key ${keys}`
        : value === undefined
          ? "nothing"
          : JSON.stringify(value).slice(0, 200),
    expected: keys !== null ? `only keys that ${example ?? "such a file"} can have` : (issue?.message ?? ""),
    todo: `correct the file${more > 0 ? ` (and its ${more} other errors)` : ""}`,
  });
}
