import { z } from "zod";
import { PATH } from "./compile-path.ts";
import { FACTOR_RULE } from "./factor-rule.ts";
import { HEADER_NAME } from "./header-name.ts";
import { VERIFIER_RULE } from "./verifier-rule.ts";

/** The details that a payload of the new side may carry. */
export const DETAIL_NAMES = [
  "customerNumber",
  "customerCode",
  "reference",
  "mainBarcode",
  "location",
  "productCode",
] as const;
export type DetailName = (typeof DETAIL_NAMES)[number];

const path = z.string().regex(PATH, "a path such as item.status.code");
const listPath = path.refine((text) => text.endsWith("[]"), "a path that ends in []");
const paths = z.union([path.transform((one) => [one]), z.array(path).min(1, "at least one path")], {
  error: "a path such as item.status.code, or a list of paths",
});
const dateAndTime = z.strictObject({ date: path, time: path }).transform((apart) => [apart]);
const moment = z.union(
  [path.transform((one) => [one]), z.array(path).min(1, "at least one path"), dateAndTime],
  {
    error: "a path such as item.status.code, a list of paths, or { date: PATH, time: PATH }",
  },
);
const codes = z.record(z.string(), z.string());
const requestPath = z.string().regex(/^\/[^\s?#]*$/, "a path that begins with / and has no query");
const details = Object.fromEntries(DETAIL_NAMES.map((name) => [name, paths.optional()])) as {
  readonly [name in DetailName]: z.ZodOptional<typeof paths>;
};

function requestTo(placeholder: string | null, queryNames: readonly string[]) {
  const path =
    placeholder === null
      ? requestPath
      : requestPath.refine((text) => text.includes(`{${placeholder}}`), `a path that holds {${placeholder}}`);
  const name = z.string().min(1).optional();
  const query = z.strictObject(Object.fromEntries(queryNames.map((queryName) => [queryName, name])));
  return z.strictObject({ path, query: query.default({}) });
}

/** A contract file; `config/contracts/reference.yml` says what each key means. */
export const CONTRACT_SCHEMA = z.strictObject({
  provisional: z.enum(["yes", "no"]).default("no"),
  zone: z.string().optional(),
  codes: codes.optional(),
  webhook: z.strictObject({
    fields: z.strictObject({
      barcode: paths,
      code: paths,
      timestamp: moment,
      eventId: paths.optional(),
      eventTime: paths.optional(),
      ...details,
    }),
    verifiers: z.array(VERIFIER_RULE).min(1, "at least one verifier"),
    deliveryIdHeader: HEADER_NAME.optional(),
    codes: codes.optional(),
  }),
  statusApi: z
    .strictObject({
      items: listPath,
      item: z.strictObject({
        barcode: paths,
        ...details,
        statuses: listPath,
        currentStatus: path.optional(),
      }),
      status: z.strictObject({ code: paths, timestamp: moment, ...details }),
      nextCursor: paths.optional(),
      requests: z.strictObject({
        barcode: requestTo("barcode", []),
        reference: requestTo("reference", ["customerNumber", "customerCode"]),
        updated: requestTo(null, ["customerNumber", "from", "until", "cursor"]),
      }),
      factors: z.array(FACTOR_RULE).min(1, "at least one factor"),
      codes: codes.optional(),
    })
    .refine(
      ({ nextCursor, requests }) => nextCursor === undefined || requests.updated.query.cursor !== undefined,
      {
        path: ["requests", "updated", "query", "cursor"],
        error: "a name for the cursor, because nextCursor has a place",
      },
    ),
});
