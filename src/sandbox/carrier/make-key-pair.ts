import ssh2 from "ssh2";

const MOST_ATTEMPTS = 20;

/** An ed25519 key pair: the private key in OpenSSH's form, the public one as a line of `authorized_keys`. */
export function makeKeyPair(): { readonly private: string; readonly public: string } {
  // ssh2 1.17.0 drops a public key's leading zero byte, so that one pair in 256 is unreadable.
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const pair = ssh2.utils.generateKeyPairSync("ed25519");
    if (!(ssh2.utils.parseKey(pair.private) instanceof Error)) return pair;
  }
  throw new Error("ssh2 makes no key pair that it can read");
}
