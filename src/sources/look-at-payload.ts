import { toVisible } from "../domain/errors.ts";
import type { TrafficField } from "../domain/traffic.ts";
import { TRAFFIC_FIELDS } from "../domain/traffic.ts";
import type { PayloadLook, SeenPayload } from "../intake/incoming.ts";
import type { Contract } from "./contract.ts";
import { kindOf, toShownName, toShownPath, visitPaths } from "./visit-paths.ts";

/** So many values of a payload are looked at, and so many go into its skeleton. */
const MOST_NODES = 500;
const MOST_SHOWN = 60;
const LONGEST_VALUE = 60;

type Service = "webhook" | "status-api";

/**
 * What is handed on of a payload that was read with care: under which contract,
 * and a closer look for whoever wants one.
 *
 * @param body as `parseJson` gives it
 */
export function toSeen(body: unknown, service: Service, contract: Contract): SeenPayload {
  return { contract: contract.name, isShape: false, look: () => lookAt(body, service, contract) };
}

/**
 * What is handed on of all deliveries of one shape.
 *
 * @param readBody gives the body of one of them
 */
export function toSeenShape(readBody: () => unknown, contract: Contract): SeenPayload {
  let look: PayloadLook | undefined;
  return {
    contract: contract.name,
    isShape: true,
    look() {
      look ??= lookAt(readBody(), "webhook", contract);
      return look;
    },
  };
}

function lookAt(body: unknown, service: Service, contract: Contract): PayloadLook {
  const paths = new Set<string>();
  visitPaths(body, MOST_NODES, (path, kind) => paths.add(`${path} ${kind}`));
  return {
    paths: [...paths],
    lacking: service === "webhook" ? listLacking(body, contract) : [],
    sample: () => toSkeleton(body, valuePathsOf(contract, service)),
  };
}

/** The fields of the contract that a delivery does not fill. */
function listLacking(body: unknown, { webhook: { fields, places } }: Contract): TrafficField[] {
  return TRAFFIC_FIELDS.filter(
    (name) => places.some(({ field }) => field === name) && fields[name].find(body) === null,
  );
}

const valuePaths = new WeakMap<Contract, Map<Service, ReadonlySet<string>>>();

/** The paths whose values may be shown. */
function valuePathsOf(contract: Contract, service: Service): ReadonlySet<string> {
  const known = valuePaths.get(contract) ?? new Map<Service, ReadonlySet<string>>();
  valuePaths.set(contract, known);
  const { places } = service === "webhook" ? contract.webhook : contract.statusApi;
  const paths = known.get(service) ?? new Set(places.flatMap((place) => place.paths.map(toShownPath)));
  known.set(service, paths);
  return paths;
}

/**
 * A payload as JSON, of which nothing is left but names, what kinds of values
 * there are, and the values of the contract's fields: no names of people, no
 * addresses. Of a list the first element stands for all.
 */
function toSkeleton(body: unknown, shown: ReadonlySet<string>): string {
  let left = MOST_SHOWN;
  const toBones = (value: unknown, path: string): unknown => {
    left -= 1;
    const kind = kindOf(value);
    if (left < 0) return `(${kind})`;
    if (Array.isArray(value)) return value.length === 0 ? [] : [toBones(value[0], `${path}[]`)];
    if (typeof value === "object" && value !== null) {
      const start = path === "" ? "" : `${path}.`;
      const members = Object.entries(value).slice(0, Math.max(left, 0));
      return Object.fromEntries(
        members.map(([name, member]) => [toShownName(name), toBones(member, start + toShownName(name))]),
      );
    }
    if (value === null || value === undefined) return null;
    return shown.has(path) ? toVisible(String(value), LONGEST_VALUE) : `(${kind})`;
  };
  return JSON.stringify(toBones(body, ""));
}
