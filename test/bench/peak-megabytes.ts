import { readFileSync } from "node:fs";

/**
 * The most memory that this process held at once, in MB. From /proc where
 * there is one: `resourceUsage` counts the parent's memory before the start too.
 */
export function peakMegabytes(): number {
  try {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    if (kilobytes !== undefined) return Number(kilobytes) / 1024;
  } catch {
    // No /proc on this system.
  }
  return process.resourceUsage().maxRSS / 1024;
}
