/** What a JSON value is. */
export type JsonKind = "object" | "list" | "text" | "number" | "boolean" | "null";

/** Told of each value in a payload but the root; in the order of the payload. */
export type PathVisitor = (path: string, kind: JsonKind, value: unknown) => void;

/** Names as programmers give them. All others are taken for data, such as a barcode or a day, and shown as `*`. */
const PLAIN_NAME = /^[A-Za-z_$@][A-Za-z0-9_$@:-]{0,49}$/;
const LONG_NUMBER = /[0-9]{4}/;

/**
 * Visits all values of a payload with their paths, as contracts write them:
 * `items[].statuses[].code`. At most `mostNodes` values are visited.
 */
export function visitPaths(payload: unknown, mostNodes: number, visit: PathVisitor): void {
  let left = mostNodes;
  const walk = (value: unknown, path: string): void => {
    if (path !== "") {
      if (left <= 0) return;
      left -= 1;
      visit(path, kindOf(value), value);
    }
    if (Array.isArray(value)) {
      for (const element of value) walk(element, `${path}[]`);
    } else if (typeof value === "object" && value !== null) {
      const start = path === "" ? "" : `${path}.`;
      for (const [name, member] of Object.entries(value)) walk(member, start + toShownName(name));
    }
  };
  walk(payload, "");
}

/** A member's name where it is a name, else `*`: nobody's data may stand in a path. */
export function toShownName(name: string): string {
  return PLAIN_NAME.test(name) && !LONG_NUMBER.test(name) ? name : "*";
}

/** A contract's path as {@link visitPaths} gives it. */
export function toShownPath(path: string): string {
  return path
    .split(".")
    .map((step) => {
      const name = step.replace("[]", "");
      return (name === "" ? "" : toShownName(name)) + step.slice(name.length);
    })
    .join(".");
}

export function kindOf(value: unknown): JsonKind {
  if (value === null || value === undefined) return "null";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "string":
      return "text";
    case "object":
      return "object";
    case "boolean":
      return "boolean";
    default:
      return "number";
  }
}
