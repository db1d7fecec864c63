import { toVisibleText } from "../visible-text.ts";

/** Markup that is safe to put into a page. Made only by {@link html} and {@link trustedHtml}. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }
}

/** What may stand in a template: texts and numbers are escaped, markup is not, `null` leaves nothing. */
export type Child = Html | string | number | null | readonly Child[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/**
 * Template tag for markup. Every value is escaped for text and for quoted
 * attributes alike, after hidden and reordering characters were made visible;
 * so a value is safe wherever a template may put one: between tags or inside
 * double quotes. Never put one in a script, a style sheet, a URL or unquoted.
 */
export function html(parts: TemplateStringsArray, ...children: readonly Child[]): Html {
  return new Html(parts.reduce((markup, part, i) => `${markup}${toMarkup(children[i - 1] ?? null)}${part}`));
}

/** Takes markup over as it stands: for what this program itself has drawn, never for data. */
export function trustedHtml(markup: string): Html {
  return new Html(markup);
}

function toMarkup(child: Child): string {
  if (child === null) return "";
  if (child instanceof Html) return child.markup;
  if (typeof child === "string") return escapeHtml(child);
  if (typeof child === "number") return String(child);
  return child.map(toMarkup).join("");
}

/** Escapes a text for element content and for attributes in double quotes. */
export function escapeHtml(text: string): string {
  return toVisibleText(text).replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? character);
}
