/** Code that runs inside a page, as text: the project's types know of no page. */

/** Unfolds everything that a reader can unfold. */
export const UNFOLD = "for (const one of document.querySelectorAll('details')) one.open = true";

/** How wide the page would be if nothing were cut: more than the window means it scrolls sideways. */
export const SCROLL_WIDTH = "document.documentElement.scrollWidth";

/** The kinds of element in the page, sorted; how many have a handler; the page's title. */
export const SHAPE = `({
  tags: [...new Set([...document.querySelectorAll("*")].map((element) => element.tagName))].sort(),
  handlers: document.querySelectorAll("[onload], [onerror], [onmouseover]").length,
  title: document.title,
})`;

/**
 * The texts in sight whose contrast with what they stand on is below 4.5 : 1,
 * each with its ratio.
 *
 * @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio for the formula
 */
export const FAINT_TEXTS = `(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const groundOf = (element) => {
    if (element === null) return "rgb(255, 255, 255)";
    const ground = getComputedStyle(element).backgroundColor;
    return channels(ground)[3] === 0 ? groundOf(element.parentElement) : ground;
  };
  const faint = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent.trim();
    if (text === "" || element.getClientRects().length === 0) continue;
    const style = getComputedStyle(element);
    const colour = element.closest("svg") === null ? style.color : style.fill;
    const [low, high] = [luminance(colour), luminance(groundOf(element))].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (!(ratio >= 4.5)) faint.add(text.slice(0, 40) + ": " + colour + " " + ratio.toFixed(2));
  }
  return { seen: walker.root.textContent.length, faint: [...faint] };
})()`;

/** The names of the charts in sight. */
export const CHARTS_IN_SIGHT = `[...document.querySelectorAll("[role=img]")]
  .filter((chart) => chart.getClientRects().length > 0)
  .map((chart) => chart.getAttribute("aria-labelledby"))`;

/** The page's computed colour of text and ground. */
export const BODY_COLOURS =
  "(({ color, backgroundColor }) => ({ color, backgroundColor }))(getComputedStyle(document.body))";
