import { z } from "zod";
import { type Operation, operation } from "../operation.ts";
import { base } from "./resource.ts";

/** What is set up at this server, as far as programs ask. */
export interface SiteFacts {
	readonly serverName: string;
	readonly version: string;
	readonly isRegistrationOpen: boolean;
	readonly needsAddress: boolean;
	readonly needsToken: boolean;
	/** Whether letters are sent: a forgotten password is set, and an address is changed, by one. */
	readonly hasMail: boolean;
	readonly hasCaptcha: boolean;
}

const siteConfig = z.object({
	server_name: z.string(),
	password_login_enabled: z.boolean(),
	password_registration_enabled: z.boolean(),
	password_registration_email_required: z.boolean(),
	password_registration_token_required: z.boolean(),
	registration_token_required: z.boolean(),
	email_change_allowed: z.boolean(),
	displayname_change_allowed: z.boolean(),
	password_change_allowed: z.boolean(),
	account_recovery_allowed: z.boolean(),
	account_deactivation_allowed: z.boolean(),
	captcha_enabled: z.boolean(),
	minimum_password_complexity: z.number().int().min(0).max(4),
});

export function site(facts: SiteFacts): readonly Operation[] {
	const config: z.output<typeof siteConfig> = {
		server_name: facts.serverName,
		password_login_enabled: true,
		password_registration_enabled: facts.isRegistrationOpen,
		password_registration_email_required: facts.needsAddress,
		password_registration_token_required: facts.needsToken,
		registration_token_required: facts.needsToken,
		email_change_allowed: facts.hasMail,
		displayname_change_allowed: true,
		password_change_allowed: true,
		account_recovery_allowed: facts.hasMail,
		account_deactivation_allowed: true,
		captcha_enabled: facts.hasCaptcha,
		// Not measured in these steps: passwords are refused that are short or guessed first.
		minimum_password_complexity: 1,
	};
	return [
		operation({
			...{ id: "siteConfig", method: "GET", path: `${base}/site-config`, tag: "server" },
			about: "What is set up at this server",
			told: { 200: { about: "The settings", body: siteConfig } },
			answer: async () => ({ status: 200, body: config }),
		}),
		operation({
			...{ id: "version", method: "GET", path: `${base}/version`, tag: "server", about: "The version" },
			told: { 200: { about: "The version", body: z.object({ version: z.string() }) } },
			answer: async () => ({ status: 200, body: { version: facts.version } }),
		}),
	];
}
