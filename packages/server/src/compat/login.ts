import { makeUserId } from "@countersign/protocol";
import type { Context } from "hono";
import { type Env, json, userAgent } from "../http/index.ts";
import { type Attempts, createAddressAttempts, type NewRateLimiter } from "../limits/index.ts";
import { loginRefused, tokenMembers } from "./answers.ts";
import { readObject } from "./body.ts";
import type { CompatEndpoint } from "./endpoint.ts";
import { loginLimit } from "./lifetimes.ts";
import { type LoginDeps, logIn } from "./logging-in.ts";
import { parseLoginRequest } from "./login-request.ts";
import type { CompatUnit } from "./ports.ts";

export interface LoginEndpointDeps<Unit extends CompatUnit> extends LoginDeps<Unit> {
	/** Where apps reach the homeserver. */
	readonly homeserverBase: string;
	readonly newRateLimiter: NewRateLimiter;
}

/**
 * Apps that know OAuth are told to offer nothing but the browser here, and to leave the password to it.
 * @see https://spec.matrix.org/v1.18/client-server-api/#get_matrixclientv3login
 */
const flows = [
	{ type: "m.login.password" },
	{
		type: "m.login.sso",
		oauth_aware_preferred: true,
		"org.matrix.msc3824.delegated_oidc_compatibility": true,
	},
	{ type: "m.login.token" },
] as const;

/** GET and POST /login. */
export function loginEndpoints<Unit extends CompatUnit>(deps: LoginEndpointDeps<Unit>): CompatEndpoint[] {
	const attempts = createAddressAttempts(loginLimit, deps.newRateLimiter);
	return [
		{ method: "GET", paths: ["login"], answer: () => json(200, { flows }) },
		{ method: "POST", paths: ["login"], answer: (c) => answer(deps, attempts, c) },
	];
}

async function answer<Unit extends CompatUnit>(
	deps: LoginEndpointDeps<Unit>,
	attempts: Attempts<string>,
	c: Context<Env>,
): Promise<Response> {
	const read = await readObject(c.req.raw);
	if (!read.ok) return read.answer;
	const asked = parseLoginRequest(read.body);
	if (!asked.ok) return asked.answer;
	const allowance = await attempts.take(c.env.address);
	if (!allowance.ok) return loginRefused(allowance);
	const visit = { address: c.env.address, userAgent: userAgent(c.req.raw) };
	const outcome = await logIn(deps, asked.value, visit);
	if (!outcome.ok) return loginRefused(outcome.refusal);
	return json(200, {
		user_id: makeUserId(outcome.localpart, deps.serverName),
		device_id: outcome.tokens.deviceId,
		...tokenMembers(outcome.tokens),
		well_known: { "m.homeserver": { base_url: deps.homeserverBase } },
	});
}
