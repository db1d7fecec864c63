/** `?, ?, ?` for a list of columns. */
export function placeholders(columns: readonly unknown[]): string {
  return columns.map(() => "?").join(", ");
}
