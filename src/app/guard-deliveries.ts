import type { Config } from "../config.ts";
import { UsageError } from "../domain/errors.ts";
import { readSecret, readSecrets } from "../secrets.ts";
import type { VerifierRule } from "../sources/verifier-rule.ts";
import type { NamedFile, WatchedFiles } from "../sources/watch-files.ts";
import { watchFiles } from "../sources/watch-files.ts";
import type { KeySet } from "../sources/webhook/key-set.ts";
import { parseKeySet } from "../sources/webhook/key-set.ts";
import type { VerdictListener } from "../sources/webhook/make-verifiers.ts";
import { makeVerifiers } from "../sources/webhook/make-verifiers.ts";
import type { WebhookVerifier } from "../sources/webhook/receiver.ts";
import type { CertificateEnd, TlsOptions } from "../sources/webhook/tls.ts";
import { listCertificateEnds, makeTlsOptions } from "../sources/webhook/tls.ts";

type ServeSettings = Config["serve"];

/** All that decides who gets in. */
export interface Guard {
  readonly verifiers: readonly WebhookVerifier[];
  /** `undefined`: plain HTTP. */
  readonly tls: TlsOptions | undefined;
  /** Looks after files no more. */
  readonly close: () => void;
}

export interface GuardListener {
  readonly onVerdict: VerdictListener;
  /** Told when the files of TLS have changed. */
  readonly onTls: (tls: TlsOptions) => void;
  /** Told that files of a setting have changed: `null`, or why what they held before still counts. */
  readonly onReload: (setting: string, problem: unknown) => void;
  /** How often to look after files, in milliseconds. */
  readonly lookEveryMs?: number | undefined;
}

/**
 * Reads secrets, keys and certificates, and makes the verifiers of them. Key
 * sets and certificates are read again when their files change; secrets when
 * the program starts.
 *
 * @param now UTC epoch milliseconds
 * @throws UsageError when anything is missing or unusable
 */
export async function openGuard(
  rules: readonly VerifierRule[],
  serve: ServeSettings,
  now: () => number,
  { onVerdict, onTls, onReload, lookEveryMs }: GuardListener,
): Promise<Guard> {
  const watched: WatchedFiles<unknown>[] = [];
  const close = (): void => {
    for (const one of watched) one.close();
  };
  const watch = async <T>(
    setting: string,
    files: readonly NamedFile[],
    parse: (contents: readonly Buffer[]) => T | Promise<T>,
    onChange: (value: T) => void = () => undefined,
  ): Promise<WatchedFiles<T>> => {
    const one = await watchFiles(files, parse, {
      ...(lookEveryMs === undefined ? {} : { everyMs: lookEveryMs }),
      onChange: (value) => {
        onChange(value);
        onReload(setting, null);
      },
      onProblem: (problem) => onReload(setting, problem),
    });
    watched.push(one);
    return one;
  };

  try {
    const { jwks } = serve;
    const keySet: WatchedFiles<KeySet> | undefined =
      jwks === undefined
        ? undefined
        : await watch("serve.jwks", [{ setting: "serve.jwks", path: jwks }], ([content]) =>
            parseKeySet(content ?? Buffer.alloc(0), `serve.jwks ${jwks}`),
          );
    const tls =
      serve.tls === undefined
        ? undefined
        : await watch("serve.tls", listTlsFiles(serve), makeTlsParser(serve.tls), onTls);
    const verifiers = makeVerifiers(
      rules,
      {
        readSecrets: (name) => readActiveSecrets(serve, name),
        keySet: keySet?.get,
        asksForCertificates: serve.tls?.clientCa !== undefined,
        now,
      },
      onVerdict,
    );
    return { verifiers, tls: tls?.get(), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** The files with certificates that the settings name, and the key, in a fixed order. */
function listTlsFiles({ tls }: ServeSettings): readonly NamedFile[] {
  if (tls === undefined) return [];
  return [
    { setting: "serve.tls.certificate", path: tls.certificate },
    { setting: "serve.tls.privateKey", path: tls.privateKey },
    ...(tls.clientCa === undefined ? [] : [{ setting: "serve.tls.clientCa", path: tls.clientCa }]),
  ];
}

/**
 * Says when the certificates end that the server needs, the earliest first.
 *
 * @throws UsageError when a file cannot be read, or holds no certificate
 */
export function listServerCertificateEnds(serve: ServeSettings): readonly CertificateEnd[] {
  return listCertificateEnds(listTlsFiles(serve).filter(({ setting }) => setting !== "serve.tls.privateKey"));
}

function makeTlsParser(
  settings: NonNullable<ServeSettings["tls"]>,
): (contents: readonly Buffer[]) => TlsOptions {
  const passphrase =
    settings.passphrase === undefined ? undefined : readSecret(settings.passphrase, "serve.tls.passphrase");
  return ([certificate = NOTHING, privateKey = NOTHING, clientCa]) =>
    makeTlsOptions({ certificate, privateKey, clientCa }, passphrase, "serve.tls");
}

const NOTHING = Buffer.alloc(0);

function readActiveSecrets({ secrets }: ServeSettings, name: string): readonly string[] {
  const setting = `serve.secrets.${name}`;
  const place = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
  if (place !== undefined) return readSecrets(place, setting);
  throw new UsageError({
    place: setting,
    value: "not set",
    expected: "{ environment: NAME } or { file: PATH }: where the secret of the contract's verifier is found",
    todo: "set it in the configuration",
  });
}
