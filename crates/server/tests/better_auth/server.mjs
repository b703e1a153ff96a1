// A Better Auth server as its documentation sets one up: accounts in memory, e-mail and password, and the `jwt` plugin with
// its defaults, or the options of the first argument. Says its URL on the first line of its output, the link of each mail that
// verifies an address on a line more, and ends with its input.
import "./crypto.mjs";

import { createServer } from "node:http";

import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { toNodeHandler } from "better-auth/node";
import { bearer, jwt } from "better-auth/plugins";

const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  const tables = { user: [], session: [], account: [], verification: [], jwks: [] };
  const auth = betterAuth({
    baseURL: url,
    secret: "a secret of a server that lives for one test only",
    database: memoryAdapter(tables),
    emailAndPassword: { enabled: true },
    emailVerification: { sendOnSignUp: true, sendVerificationEmail: async ({ url }) => console.log(url) },
    plugins: [jwt(JSON.parse(process.argv[2] ?? "{}")), bearer()],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
  });
  server.on("request", toNodeHandler(auth));
  console.log(url);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
