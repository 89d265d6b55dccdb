import { json } from "../../http/index.ts";
import { type Endpoint, v3 } from "./endpoint.ts";
import { pushRules } from "./push-rules.ts";

/**
 * What apps may offer to people here. Passwords and addresses are changed on the account pages, not through the API.
 * @see https://spec.matrix.org/v1.17/client-server-api/#capabilities-negotiation
 */
const capabilities = {
	"m.3pid_changes": { enabled: false },
	"m.change_password": { enabled: false },
	"m.get_login_token": { enabled: false },
	"m.profile_fields": { enabled: true, allowed: ["avatar_url", "displayname"] },
	"m.set_avatar_url": { enabled: true },
	"m.set_displayname": { enabled: true },
} as const;

/** What apps ask for when they start, and can do without. */
export function startUpEndpoints(): Endpoint[] {
	return [
		{
			method: "GET",
			paths: [v3("capabilities")],
			takes: "nothing",
			answer: () => json(200, { capabilities }),
		},
		{
			method: "GET",
			paths: [v3("pushrules/")],
			takes: "nothing",
			answer: ({ caller }) => json(200, pushRules(caller.userId)),
		},
		{
			method: "GET",
			paths: [v3("pushrules/global/")],
			takes: "nothing",
			answer: ({ caller }) => json(200, pushRules(caller.userId).global),
		},
		{ method: "GET", paths: [v3("voip/turnServer")], takes: "nothing", answer: () => json(200, {}) },
	];
}
