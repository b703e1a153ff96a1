// Node 18, which Debian 12 has, keeps what Better Auth signs with where Node 20 does not.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
