import fc from "fast-check";

/**
 * Lines of exported deliveries as a feed has them: nearly all of one shape and
 * with usual texts, and now and then one that differs in any way that JSON,
 * a carrier or a careless export can come up with.
 */

/** A JSON value of which the texts are filled in later. */
type Node =
  | { readonly kind: "slot"; readonly slot: Slot }
  | { readonly kind: "fixed"; readonly json: string }
  | { readonly kind: "object"; readonly members: readonly Member[] }
  | { readonly kind: "list"; readonly items: readonly Node[] };
type Member = readonly [name: string, value: Node];
type Slot = "time" | "localTime" | "date" | "clock" | "barcode" | "code" | "id" | "digits" | "words";

/** Shapes for contracts: `reference`, `example-nested`, and `test/fixtures/contracts/other.yml`. */
export type Dialect = "reference" | "nested" | "other";

const slot = (name: Slot): Node => ({ kind: "slot", slot: name });
const object = (members: Readonly<Record<string, Node>>): Node => ({
  kind: "object",
  members: Object.entries(members),
});

const BODIES: Readonly<Record<Dialect, Node>> = {
  reference: object({
    eventId: slot("id"),
    eventTime: slot("time"),
    customerNumber: slot("digits"),
    customerCode: slot("words"),
    item: object({
      barcode: slot("barcode"),
      mainBarcode: slot("barcode"),
      shipmentReference: slot("words"),
      status: object({ code: slot("code"), description: slot("words"), timestamp: slot("time") }),
      details: object({ locationCode: slot("digits") }),
    }),
  }),
  nested: object({
    meta: object({
      uuid: slot("id"),
      emitted: slot("time"),
      account: object({
        no: { kind: "fixed", json: "11223344" },
        unit: object({ code: slot("words"), description: slot("words") }),
      }),
    }),
    data: object({
      parcels: {
        kind: "list",
        items: [
          object({
            trackingNumber: slot("barcode"),
            consignment: object({ leading: object({ trackingNumber: slot("barcode") }) }),
            references: {
              kind: "list",
              items: [object({ kind: slot("words"), value: slot("words") })],
            },
            events: {
              kind: "list",
              items: [
                object({
                  type: object({ code: slot("code"), description: slot("words") }),
                  occurred: object({ date: slot("date"), time: slot("clock") }),
                  site: object({ code: slot("digits") }),
                }),
              ],
            },
          }),
        ],
      },
    }),
  }),
  other: object({
    meta: object({
      uuid: slot("id"),
      sentAt: { kind: "fixed", json: "1772922181" },
      account: object({ no: slot("digits"), code: slot("words") }),
    }),
    message: object({
      parcels: {
        kind: "list",
        items: [
          object({
            trackingCode: slot("barcode"),
            masterTrackingCode: slot("barcode"),
            refs: object({ shipper: slot("words") }),
            event: object({
              type: object({ code: slot("code"), description: slot("words") }),
              at: slot("localTime"),
              site: slot("digits"),
            }),
          }),
        ],
      },
    }),
  }),
};

function toLine(body: Node): Node {
  return object({ receivedAt: slot("time"), deliveryId: slot("id"), body });
}

const twoDigits = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, "0"));
const arbitraryLocalTime = fc
  .tuple(
    fc.constantFrom("2026-03-07", "2026-03-29", "2026-10-25", "2024-02-29"),
    twoDigits(23),
    twoDigits(59),
    twoDigits(59),
    fc.constantFrom("", "", ".120"),
  )
  .map(([date, hour, minute, second, fraction]) => `${date}T${hour}:${minute}:${second}${fraction}`);

const USUAL: Readonly<Record<Slot, fc.Arbitrary<string>>> = {
  time: fc
    .tuple(arbitraryLocalTime, fc.constantFrom("Z", "+01:00", "-03:30"))
    .map(([time, offset]) => time + offset),
  localTime: arbitraryLocalTime,
  date: arbitraryLocalTime.map((time) => time.slice(0, 10)),
  clock: arbitraryLocalTime.map((time) => time.slice(11)),
  barcode: fc.integer({ min: 0, max: 999_999_999 }).map((n) => `3SDEVC${String(n).padStart(9, "0")}`),
  code: fc.constantFrom("sorted", "hub_out", "HUB_OUT", "01", "delivered", "teleported"),
  id: fc.uuid(),
  digits: fc.integer({ min: 0, max: 99_999_999 }).map(String),
  words: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 ,:;{}[\]'/-]{0,20}[A-Za-z0-9]$/),
};

const quote = (text: string): string => JSON.stringify(text);

/** What may stand where a text is expected, as JSON or as something that looks like it. */
const arbitraryOdd: fc.Arbitrary<string> = fc.oneof(
  fc
    .constantFrom(
      "",
      " ",
      " 3SDEVC123456789",
      "3SDEVC123456789 ",
      "3sdevc123456789",
      "3S",
      "yesterday",
      "2026-03-07",
      "2026-02-30T10:00:00Z",
      "2026-03-07T10:00:60Z",
      " 2026-03-07T10:00:00Z",
      "2026-03-07T10:00:00.123456Z",
      'say "body":',
      "a\\b",
      "a\tb",
      "a\u0000b",
      "é",
      "€ 5",
      "\u00a0x",
      "\u2028",
      "😀",
      "value 0",
      "value 3",
      "x".repeat(101),
      "x".repeat(201),
      "x".repeat(501),
      "x".repeat(2001),
    )
    .map(quote),
  fc.string({ maxLength: 5 }).map(quote),
  // Escapes that need not be, and characters that would have to be.
  fc.constantFrom('"\\u0041"', '"\\/x"', '"a\tb"', '"a\u0001b"', '"\\x"', '"\u00e9"', "''", "x"),
  fc.constantFrom("null", "true", "0", "01", "-1", "1.50", "1e3", "1e400", "11223344", "1234567890123456789"),
  fc.constantFrom("{}", "[]", '["x"]', '["x","y"]', '{"code":"sorted"}'),
);

/** Constant for all lines of a shape. */
const arbitraryFixed: fc.Arbitrary<Node> = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom("null", "true", "5", "1.0", "1e400", "{}", "[]") },
    { weight: 3, arbitrary: fc.constantFrom("1234567890123456789", "-9007199254740993", "11223344") },
    {
      weight: 1,
      arbitrary: fc.constantFrom("[".repeat(70) + "]".repeat(70), `${"[".repeat(58)}1${"]".repeat(58)}`),
    },
  )
  .map((json) => ({ kind: "fixed", json }));

const MEMBER_NAMES = [
  "body",
  "receivedAt",
  "deliveryId",
  "barcode",
  "code",
  "__proto__",
  "tr\\u0061ce",
  "é",
  "",
];

/** The same shape, seldom as it was. */
function vary(node: Node): fc.Arbitrary<Node> {
  const asItIs = varyWithin(node);
  return fc.oneof(
    { weight: 60, arbitrary: asItIs },
    { weight: 1, arbitrary: arbitraryFixed },
    { weight: 1, arbitrary: asItIs.map((item): Node => ({ kind: "list", items: [item] })) },
    { weight: 1, arbitrary: asItIs.map((item): Node => ({ kind: "list", items: [item, item] })) },
  );
}

function varyWithin(node: Node): fc.Arbitrary<Node> {
  switch (node.kind) {
    case "slot":
    case "fixed":
      return fc.constant(node);
    case "list":
      return fc.tuple(...node.items.map(vary)).map((items) => ({ kind: "list", items }));
    case "object":
      return varyObject(node.members);
  }
}

function varyObject(members: readonly Member[]): fc.Arbitrary<Node> {
  const extra: fc.Arbitrary<Member> = fc.tuple(
    fc.constantFrom(...MEMBER_NAMES, ...members.map(([name]) => name)),
    fc.oneof(arbitraryFixed, fc.constant(slot("words")), fc.constant(object({ body: slot("words") }))),
  );
  const varied = members.map(([name, value]) =>
    fc.tuple(fc.constant(name), vary(value), fc.integer({ min: 0, max: 30 })),
  );
  const extras = fc.array(fc.tuple(extra, fc.nat()), { maxLength: 2 });
  return fc
    .tuple(
      fc.tuple(...varied),
      fc.oneof({ weight: 6, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: extras }),
      fc.integer({ min: 0, max: 8 }),
    )
    .chain(([all, more, dice]) => {
      const members = all.filter(([, , die]) => die > 0).map(([name, value]): Member => [name, value]);
      for (const [member, at] of more) members.splice(at % (members.length + 1), 0, member);
      return dice === 0 ? fc.shuffledSubarray(members, { minLength: members.length }) : fc.constant(members);
    })
    .map((all) => ({ kind: "object", members: all }));
}

/** A shape, and the blanks in it. */
interface Template {
  readonly line: Node;
  readonly blank: string;
}

function arbitraryTemplate(dialect: Dialect): fc.Arbitrary<Template> {
  const line = toLine(BODIES[dialect]);
  return fc.record({
    line: fc.oneof({ weight: 2, arbitrary: fc.constant(line) }, { weight: 3, arbitrary: vary(line) }),
    blank: fc.constantFrom("", "", "", " ", "  ", "\t"),
  });
}

/** Writes a line of a shape; `odds` in a hundred texts are odd ones. */
function write({ line, blank }: Template, odds: number): fc.Arbitrary<string> {
  const writeNode = (node: Node): fc.Arbitrary<string> => {
    switch (node.kind) {
      case "fixed":
        return fc.constant(node.json);
      case "slot":
        return fc.oneof(
          { weight: 100 - odds, arbitrary: USUAL[node.slot].map(quote) },
          { weight: odds, arbitrary: arbitraryOdd },
        );
      case "list":
        return fc.tuple(...node.items.map(writeNode)).map((items) => `[${items.join(`,${blank}`)}]`);
      case "object":
        return fc
          .tuple(
            ...node.members.map(([name, value]) =>
              writeNode(value).map((text) => `"${name}"${blank}:${blank}${text}`),
            ),
          )
          .map((members) => `{${blank}${members.join(`${blank},${blank}`)}${blank}}`);
    }
  };
  return writeNode(line);
}

/** Lines in which nothing is odd, all of one shape. */
export function arbitraryUsualLines(dialect: Dialect, count: number): fc.Arbitrary<readonly string[]> {
  const line = write({ line: toLine(BODIES[dialect]), blank: "" }, 0);
  return fc.array(line, { minLength: count, maxLength: count });
}

/** A file of lines of a few shapes. */
export function arbitraryExport(dialect: Dialect): fc.Arbitrary<string> {
  return fc.array(arbitraryTemplate(dialect), { minLength: 1, maxLength: 3 }).chain((templates) => {
    const line = fc.oneof(...templates.map((template) => write(template, 3)));
    const cut = fc.tuple(line, fc.nat()).map(([text, at]) => text.slice(0, at % text.length));
    const lines = fc.array(
      fc.oneof(
        { weight: 30, arbitrary: line },
        { weight: 1, arbitrary: cut },
        { weight: 1, arbitrary: line.map((text) => ` ${text} `) },
        { weight: 1, arbitrary: line.map((text) => `\ufeff${text}`) },
        { weight: 1, arbitrary: line.map((text) => `${text}\r`) },
        { weight: 1, arbitrary: fc.tuple(line, line).map((two) => two.join("")) },
        { weight: 1, arbitrary: line.map((text) => `${text}}`) },
        { weight: 1, arbitrary: fc.constantFrom("", " ", "{}", "[]", "null") },
      ),
      { minLength: 1, maxLength: 12 },
    );
    return fc
      .tuple(lines, fc.constantFrom("\n", "\n", "\r\n"), fc.boolean())
      .map(([all, end, hasLastEnd]) => all.join(end) + (hasLastEnd ? end : ""));
  });
}
