import { rm } from "node:fs/promises";
import { argv } from "node:process";
import { fetchScanFiles, SFTP_DEADLINES, SFTP_LIMITS } from "../../src/sources/legacy-scan/sftp.ts";

/**
 * Fetches a folder's files, and prints how much more memory than before that
 * took at most, in bytes. Started as a process, so that nothing else counts.
 */
const [port = "", hostKeyFingerprint = "", password = "", spoolDirectory = ""] = argv.slice(2);
const before = process.memoryUsage.rss();
let most = before;
const looking = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, 5);
const connection = {
  host: "127.0.0.1",
  port: Number(port),
  username: "scans",
  password,
  hostKeyFingerprints: [hostKeyFingerprint],
};
const sizes: number[] = [];
const story = await fetchScanFiles({
  connection,
  folder: "/scan",
  isScanFile: () => true,
  isKnown: () => false,
  spoolDirectory,
  deadlines: SFTP_DEADLINES,
  limits: SFTP_LIMITS,
  retryDelaysMs: [],
  onFile: async ({ localPath, sizeBytes }) => {
    sizes.push(sizeBytes);
    await rm(localPath);
  },
  signal: undefined,
});
clearInterval(looking);
process.stdout.write(`${JSON.stringify({ sizes, failed: story.failed, moreBytes: most - before })}\n`);
