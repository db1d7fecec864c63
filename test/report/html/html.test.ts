import { describe, expect, it } from "vitest";
import { escapeHtml, html, trustedHtml } from "../../../src/report/html/html.ts";
import { HOSTILE_TEXTS } from "../../support/report-data.ts";

describe("html", () => {
  it("escapes texts, takes markup as it is, joins lists and leaves out what is null", () => {
    const inner = html`<b>${"<i>"}</b>`;
    expect(html`<p title="${'"x"'}">${[inner, "&", 3, null]}</p>`.markup).toBe(
      '<p title="&quot;x&quot;"><b>&lt;i&gt;</b>&amp;3</p>',
    );
  });

  it("does not take a text for markup because it looks like it", () => {
    const looks = { markup: "<script>" } as unknown as string;
    expect(() => html`${looks}`).toThrow();
    expect(html`${trustedHtml("<br>")}`.markup).toBe("<br>");
  });
});

describe("escapeHtml", () => {
  it("leaves nothing that could end a text or an attribute", () => {
    for (const text of HOSTILE_TEXTS) expect(escapeHtml(text)).not.toMatch(/[<>"'`]/);
  });

  it("shows what hides or reorders", () => {
    expect(escapeHtml("a\u202eb\u0000")).toBe("a\\u202eb\\u0000");
  });

  it("escapes an escape again, so that the text stays what it was", () => {
    expect(escapeHtml("&lt;")).toBe("&amp;lt;");
  });
});
