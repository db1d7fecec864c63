const SECONDS = /^[0-9]{1,9}$/;
const HTTP_DATE =
  /^[A-Z][a-z]{2}, ([0-9]{2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) ([0-9]{4}) ([0-9]{2}):([0-9]{2}):([0-9]{2}) GMT$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/**
 * How long the other side wants us to wait, in milliseconds; `null` where it
 * does not say so in a way that can be read. A date is measured by the reply's
 * own `Date`, so that two clocks that differ do no harm.
 *
 * @param retryAfter the header, in seconds or as a date
 * @param date the reply's `Date` header
 * @param now UTC epoch milliseconds, for replies without `Date`
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
 */
export function parseRetryAfter(retryAfter: string | null, date: string | null, now: number): number | null {
  const text = retryAfter?.trim() ?? "";
  if (SECONDS.test(text)) return Number(text) * 1000;
  const until = parseHttpDate(text);
  if (until === null) return null;
  return Math.max(0, until - (parseHttpDate(date ?? "") ?? now));
}

/** A date in the form that HTTP prefers (`Sun, 06 Nov 1994 08:49:37 GMT`), as UTC epoch milliseconds. */
export function parseHttpDate(text: string): number | null {
  const [, day, month = "", year, hour, minute, second] = HTTP_DATE.exec(text) ?? [];
  if (day === undefined) return null;
  const monthNumber = String(MONTHS.indexOf(month) + 1).padStart(2, "0");
  try {
    return Temporal.Instant.from(`${year}-${monthNumber}-${day}T${hour}:${minute}:${second}Z`)
      .epochMilliseconds;
  } catch {
    return null;
  }
}
