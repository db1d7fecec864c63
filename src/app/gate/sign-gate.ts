import { StoreBusy, UsageError } from "../../domain/errors.ts";
import { toIsoUtc } from "../../domain/instant.ts";
import type { GateReport } from "../../reconcile/gate/gate-report.ts";
import type { ChainFault, ChainHead, Signature, SignOff } from "../../reconcile/gate/signatures.ts";
import { chain, toHead, toPerson, toSignOff, verifyChain } from "../../reconcile/gate/signatures.ts";
import type { FeedStateReader } from "../../store/feed-state-access.ts";
import { whileHeld } from "../../store/work-on-groups.ts";
import { OWNER, toLeaseMs } from "../crew.ts";
import type { App } from "../open-app.ts";
import { readGate } from "./judge-gate.ts";

const FEED = "gate";
const SIGNATURE = "signature ";
const HEAD = "head";

/** All signatures, oldest first, and what they come to for the gate as it stands. */
export interface SignatureReport {
  /** Of the gate as it stands; `null`: there is no policy. */
  readonly gateHash: string | null;
  readonly signOff: SignOff;
  readonly signatures: readonly Signature[];
  /** The hash that the chain ends with: whoever keeps it elsewhere can tell whether anything was changed since. */
  readonly head: string;
  readonly faults: readonly ChainFault[];
}

export interface SignOptions {
  readonly by: string;
  readonly role: string;
  readonly note: string | undefined;
  readonly againstAdvice: string | undefined;
}

/**
 * Records that somebody signs the gate as the last run left it.
 *
 * @throws UsageError when there is no policy or no run, the verdict is not *go*
 *   and no reason is given, the person has signed it already, or earlier
 *   signatures were tampered with
 */
export async function signGate(app: App, options: SignOptions): Promise<SignatureReport> {
  const { store, clock, config } = app;
  const by = toText(options.by, "--by", "the name of a person");
  const role = toText(options.role, "--role", "what the person signs as");
  const advice = options.againstAdvice;
  const againstAdvice = advice === undefined ? null : toText(advice, "--against-advice", "the reason");
  const gate = await readGate(app);
  if (gate === null)
    throw toRefusal("gate: false", "a gate policy", "take `gate: false` out of the settings");
  assertMaySign(gate, againstAdvice);
  const claim = await store.claims.take("gate signatures", OWNER, toLeaseMs(config));
  if (claim === undefined) {
    throw new StoreBusy({
      place: "gate sign",
      value: "somebody else is signing",
      expected: "one at a time",
      todo: "try again",
    });
  }
  await whileHeld(store, claim, toLeaseMs(config), () =>
    store.transaction(async (tx) => {
      await tx.assertClaim(claim);
      const { signatures, head } = await readChain(tx.feedStates);
      const [fault] = verifyChain(signatures, head);
      if (fault !== undefined) {
        throw toRefusal(
          `signature ${fault.number}: ${fault.fault}`,
          "signatures as they were made",
          "trackbridge gate signatures --verify",
        );
      }
      const same = signatures.find((one) => one.gateHash === gate.hash && toPerson(one.by) === toPerson(by));
      if (same !== undefined)
        throw toRefusal(by, "another person than those who signed already", "have somebody else sign");
      const now = clock();
      const signature = chain(signatures, {
        by,
        role,
        note: options.note?.trim() || null,
        at: toIsoUtc(now),
        verdict: gate.verdict,
        runId: gate.basis.runId,
        gateHash: gate.hash,
        againstAdvice: gate.verdict === "go" ? null : againstAdvice,
      });
      const save = (key: string, value: object): Promise<void> =>
        tx.feedStates.save({ feed: FEED, key, value: JSON.stringify(value), changedAt: now });
      await save(`${SIGNATURE}${String(signature.number).padStart(6, "0")}`, signature);
      await save(HEAD, toHead([...signatures, signature]));
    }),
  );
  return readSignatures(app, gate.hash);
}

/**
 * The signatures, held against each other and against the gate as it stands.
 *
 * @param gateHash `null`: there is no gate
 */
export async function readSignatures({ store }: App, gateHash: string | null): Promise<SignatureReport> {
  const { signatures, head } = await readChain(store.feedStates);
  return {
    gateHash,
    signOff: toSignOff(signatures, gateHash ?? ""),
    signatures,
    head: head.hash,
    faults: verifyChain(signatures, head),
  };
}

async function readChain(
  feedStates: FeedStateReader,
): Promise<{ readonly signatures: readonly Signature[]; readonly head: ChainHead }> {
  const states = await feedStates.list(FEED, SIGNATURE);
  const head = await feedStates.find(FEED, HEAD);
  return {
    signatures: states.map(({ value }) => JSON.parse(value) as Signature),
    head: head === undefined ? toHead([]) : (JSON.parse(head.value) as ChainHead),
  };
}

function assertMaySign({ verdict }: GateReport, againstAdvice: string | null): void {
  if (verdict === "go" || againstAdvice !== null) return;
  throw toRefusal(
    `the verdict is ${verdict}`,
    "a gate that says go",
    "wait, or give a reason with --against-advice REASON",
  );
}

function toText(text: string, place: string, expected: string): string {
  const trimmed = text.trim();
  if (trimmed !== "") return trimmed;
  throw new UsageError({ place, value: "nothing", expected, todo: "write it down" });
}

function toRefusal(value: string, expected: string, todo: string): UsageError {
  return new UsageError({ place: "gate sign", value, expected, todo });
}
