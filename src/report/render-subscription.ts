import type { SubscribeReport, SubscriptionPlan, SubscriptionReport } from "./subscription-data.ts";
import type { Lang } from "./texts.ts";
import { fillText, getTexts } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

const LONGEST = 300;

/** What `subscribe` prints for people: the letter, or what is recorded. */
export function renderSubscribeText({ plan, recorded }: SubscribeReport, lang: Lang): string {
  const lines = plan === null ? listRecorded(recorded ?? [], lang) : writeLetter(plan, lang);
  return lines.map((line) => `${line.trimEnd()}\n`).join("");
}

/** What whoever sends the letter should know; not part of it. */
export function renderSubscriptionNotes({ notes }: SubscriptionPlan, path: string, lang: Lang): string[] {
  const { subscribe } = getTexts(lang);
  return notes.map((one) => `! ${fillText(subscribe.notes[one], { path: show(path) })}`);
}

/** A letter to the carrier, ready to send but for what only people know. */
function writeLetter(plan: SubscriptionPlan, lang: Lang): readonly string[] {
  const { subscribe: texts } = getTexts(lang);
  const { fields, contactFields } = texts;
  const customers = plan.customers.map(({ number, code }) =>
    code === null ? number : fillText(texts.customer, { number, code: show(code) }),
  );
  const verifiers = plan.verifiers.map(({ kind, headers }) =>
    fillText(texts.verifier, {
      kind,
      headers: headers.length === 0 ? texts.clientCertificate : headers.join(", "),
    }),
  );
  const certificates = plan.certificates.map(({ fingerprint, subject, validTo }) =>
    fillText(texts.certificate, { fingerprint, subject: show(subject), validTo }),
  );
  return [
    texts.subject,
    "",
    texts.greeting,
    "",
    texts.request,
    "",
    ...toRows([
      [fields.url, [show(plan.url)]],
      [fields.customers, customers.length === 0 ? [texts.customersToFill] : customers],
      [fields.transport, [texts.transport]],
      [fields.verifier, verifiers],
      [fields.certificate, certificates.length === 0 ? [texts.certificateToFill] : certificates],
    ]),
    "",
    texts.exact,
    texts.answers,
    "",
    texts.secrets,
    "",
    texts.test,
    "",
    texts.contact,
    ...toRows(Object.values(contactFields).map((name) => [name, ["…"]])),
    "",
    texts.closing,
  ];
}

function toRows(fields: readonly (readonly [name: string, values: readonly string[]])[]): readonly string[] {
  const width = Math.max(...fields.map(([name]) => name.length)) + 3;
  return fields.flatMap(([name, values]) =>
    values.map((value, index) => `  ${(index === 0 ? `${name}:` : "").padEnd(width)}${value}`),
  );
}

/** The one that holds first, then those before it. */
function listRecorded(recorded: readonly SubscriptionReport[], lang: Lang): readonly string[] {
  const { subscribe: texts } = getTexts(lang);
  const [current, ...before] = recorded.toReversed();
  if (current === undefined) return [texts.none];
  const { at, by, url, customers, contract, reason } = current;
  return [
    fillText(texts.recorded, {
      at,
      by: show(by),
      url: show(url),
      customers: customers.join(", ") || "–",
      contract: show(contract),
    }),
    ...(reason === null ? [] : [fillText(texts.reason, { reason: show(reason) })]),
    ...before.map((one) => fillText(texts.replaced, { at: one.at, by: show(one.by), url: show(one.url) })),
  ];
}

function show(text: string): string {
  return toVisibleText(text, LONGEST);
}
