import { hash } from "node:crypto";
import type { RunVerdict } from "../../domain/verdict.ts";

/** Somebody has read the gate's verdict on these data, and takes responsibility for it. */
export interface Signature {
  /** 1, 2, 3 … */
  readonly number: number;
  readonly by: string;
  readonly role: string;
  readonly note: string | null;
  /** UTC, ISO 8601. */
  readonly at: string;
  readonly verdict: RunVerdict;
  readonly runId: string;
  /** Of the gate as it stood; see `GateReport`. */
  readonly gateHash: string;
  /** Why it was signed although the verdict was not *go*. */
  readonly againstAdvice: string | null;
  /** The hash of the signature before; of the first, {@link NO_HASH}. */
  readonly previous: string;
  /** SHA-256 of all the rest. */
  readonly hash: string;
}

export const NO_HASH: string = "0".repeat(64);

/** As many people must sign the same hash. */
const SIGNERS = 2;

/** How long the chain is, and where it ends: kept apart from it, so that a missing end shows. */
export interface ChainHead {
  readonly count: number;
  readonly hash: string;
}

export function toHead(signatures: readonly Signature[]): ChainHead {
  return { count: signatures.length, hash: signatures.at(-1)?.hash ?? NO_HASH };
}

/** Chains a signature to those before it. */
export function chain(
  before: readonly Signature[],
  content: Omit<Signature, "number" | "previous" | "hash">,
): Signature {
  const { count, hash: previous } = toHead(before);
  const signature = { ...content, number: count + 1, previous };
  return { ...signature, hash: hashOf(signature) };
}

/** What was done to a chain. */
export interface ChainFault {
  readonly number: number;
  readonly fault: "content_changed" | "chain_broken" | "end_missing";
}

/** Checks that nothing was changed, taken out, put in or cut off. */
export function verifyChain(signatures: readonly Signature[], head: ChainHead): ChainFault[] {
  const faults: ChainFault[] = [];
  let previous = NO_HASH;
  for (const [index, signature] of signatures.entries()) {
    const { hash: stated, ...content } = signature;
    const number = index + 1;
    if (hashOf(content) !== stated) faults.push({ number, fault: "content_changed" });
    if (signature.number !== number || signature.previous !== previous) {
      faults.push({ number, fault: "chain_broken" });
    }
    previous = stated;
  }
  const end = toHead(signatures);
  if (end.count !== head.count || end.hash !== head.hash) {
    faults.push({ number: signatures.length + 1, fault: "end_missing" });
  }
  return faults;
}

/** How far a hash has been signed off. */
export interface SignOff {
  /** Those who signed this very hash, each person once. */
  readonly by: readonly string[];
  readonly isComplete: boolean;
  /** Signatures of other hashes: of other data, or another policy. */
  readonly stale: number;
}

export function toSignOff(signatures: readonly Signature[], gateHash: string): SignOff {
  const own = signatures.filter((signature) => signature.gateHash === gateHash);
  const people = new Map(own.map(({ by }) => [toPerson(by), by]));
  return {
    by: [...people.values()],
    isComplete: people.size >= SIGNERS,
    stale: signatures.length - own.length,
  };
}

/** The same person, however the name is typed. */
export function toPerson(name: string): string {
  return name.normalize("NFKC").replace(/\s+/gu, "").toLowerCase();
}

/** Its fields in a fixed order, so that where they are kept does not matter. */
function hashOf(signature: Omit<Signature, "hash">): string {
  const { number, by, role, note, at, verdict, runId, gateHash, againstAdvice, previous } = signature;
  const fields = [number, by, role, note, at, verdict, runId, gateHash, againstAdvice, previous];
  return hash("sha256", JSON.stringify(fields), "hex");
}
