import type { FamilyReport } from "./judgement-data.ts";
import type { Texts } from "./texts.ts";
import { splitText } from "./texts.ts";
import { toVisibleText } from "./visible-text.ts";

/** Why a family's cause is what it is. */
export function toBecause({ causeRule }: Pick<FamilyReport, "causeRule">, { families }: Texts): string {
  const sentences: Readonly<Record<string, string>> = families.because;
  return (causeRule === null ? undefined : find(sentences, causeRule)) ?? families.undecided;
}

/** What to do about a family. */
export function toActionText({ action }: Pick<FamilyReport, "action">, { families }: Texts): string {
  const texts: Readonly<Record<string, string>> = families.actions;
  const text = find(texts, action.code);
  if (text === undefined) return toVisibleText(action.code, 60);
  const values = Object.entries(action.values).map(([name, value]) => [
    name,
    toVisibleText(String(value), 80),
  ]);
  return splitText(text, Object.fromEntries(values) as Record<string, string>).join("");
}

/** What a store holds may be anything, also a name that every object has. */
function find(texts: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(texts, name) ? texts[name] : undefined;
}
