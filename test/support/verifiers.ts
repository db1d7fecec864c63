import type { WebhookVerifier } from "../../src/sources/webhook/receiver.ts";
import type { Verdict, Verifier, WebhookRequest } from "../../src/sources/webhook/verifier.ts";
import { makeSharedKeyVerifier } from "../../src/sources/webhook/verify-shared-key.ts";

/** A request with headers as they were sent; a name with several values stands there as often. */
export function aRequest(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: string | Uint8Array = "",
): WebhookRequest {
  const rawHeaders = Object.entries(headers).flatMap(([name, values]) =>
    [values ?? []].flat().flatMap((value) => [name, value]),
  );
  return { rawHeaders, body: Buffer.from(body), certificate: null };
}

/** What a verifier says, in a word: `1 of 2` for the first of two keys, else why not. */
export async function ask(verifier: Verifier, request: WebhookRequest): Promise<string> {
  return toWord(await verifier(request));
}

export function toWord(verdict: Verdict): string {
  return verdict.kind === "refused" ? verdict.reason : `${verdict.keyNumber} of ${verdict.keyCount}`;
}

/** A verifier of a shared key, as the receiver takes it. */
export function aKeyVerifier(header: string, keys: readonly string[]): WebhookVerifier {
  const verify = makeSharedKeyVerifier({ header, secret: "sharedKey" }, keys);
  return async (request) => (await verify(request)).kind === "accepted";
}
