import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { LineCounter, parseDocument } from "yaml";
import type { z } from "zod";
import { UsageError } from "../../domain/errors.ts";
import { PACKAGE_ROOT } from "../../package-root.ts";
import type { Layout } from "./layout.ts";
import { LAYOUT_SCHEMA, makeLayout } from "./layout.ts";

/** Where the layouts lie that come with the program. */
export const LAYOUTS_FOLDER = join(PACKAGE_ROOT, "config/layouts");

const NAME = /^[0-9a-z]+(-[0-9a-z]+)*$/;

/**
 * Reads a layout, by its name (`postnl-scan-csv`, a file `<name>.yml` in
 * `folder`) or by the path of its file.
 *
 * @throws UsageError when there is no such file, or when it is no layout: the
 *   message names the file, the line and the setting
 */
export async function readLayout(nameOrPath: string, folder: string = LAYOUTS_FOLDER): Promise<Layout> {
  const path = NAME.test(nameOrPath) ? join(folder, `${nameOrPath}.yml`) : nameOrPath;
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new UsageError(
      {
        place: "layout",
        value: `'${nameOrPath}'`,
        expected: `a layout's name, or the path of its file (${path} cannot be read)`,
        todo: `give one of the names in ${folder}, or add the file`,
      },
      { cause },
    );
  }
  return parseLayout(text, path);
}

/**
 * Parses the text of a layout's file (YAML).
 *
 * @param path names the place in messages; its last part names the layout
 * @throws UsageError see {@link readLayout}
 */
export function parseLayout(text: string, path: string): Layout {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const [error] = document.errors;
  if (error !== undefined) {
    throw new UsageError({
      place: `${path} line ${error.linePos?.[0].line ?? 1}`,
      value: error.message.split("\n", 1)[0] ?? "",
      expected: "YAML",
      todo: "correct the line",
    });
  }
  const settings = LAYOUT_SCHEMA.safeParse(document.toJS());
  if (settings.success) return makeLayout(basename(path).replace(/\.ya?ml$/, ""), settings.data);
  const [issue] = settings.error.issues.map(toInnermost);
  if (issue === undefined) throw settings.error;
  const unknown = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const keys = unknown === undefined ? issue.path : [...issue.path, unknown];
  const node = document.getIn(keys, true) ?? document.getIn(keys.slice(0, -1), true);
  const offset = (node as { readonly range?: readonly number[] } | undefined)?.range?.[0] ?? 0;
  throw new UsageError({
    place: `${path} line ${counter.linePos(offset).line}`,
    value: keys.length === 0 ? "the file" : `'${keys.join(".")}'`,
    expected: unknown === undefined ? issue.message : "a setting that exists; this one does not",
    todo: "correct it; the layouts that come with the program show every setting",
  });
}

type Issue = z.core.$ZodIssue;

/** The issue that says most: of a union whose branches all fail, the first of the last branch, in its place. */
function toInnermost(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const inner = issue.errors.at(-1)?.[0];
  return inner === undefined ? issue : toInnermost({ ...inner, path: [...issue.path, ...inner.path] });
}
