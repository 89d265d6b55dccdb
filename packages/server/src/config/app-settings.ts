import { z } from "zod";
import { days, group, limit, yesOrNo } from "./setting-kinds.ts";

const client = z
	.string("a host or a client id")
	.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$|^[0-9A-Z]{26}$/, "a host, like element.io, or a client id");

function devices() {
	return z
		.number("a number of devices")
		.int("a whole number of devices")
		.min(1, "a number of devices, 1 to 200")
		.max(200, "a number of devices, 1 to 200");
}

/** Settings of apps: how they stay signed in, which there may be, how much they may do, and tokens for programs. */
export const appSettings = {
	sessions: group({
		access_minutes: z
			.number("a number of minutes")
			.int("a whole number of minutes")
			.min(1, "a number of minutes, 1 to 60")
			.max(60, "a number of minutes, 1 to 60")
			.describe("Minutes that an app's access token lasts before the app renews it. Default: 5.")
			.optional(),
		idle_days: days(2, 3650)
			.describe(
				"Days without a use after which an app is signed out; its person is told before. Default: never.",
			)
			.optional(),
		days_at_most: days(2, 3650)
			.describe(
				"Days after its sign-in when an app has to sign in again; its person is told before. Default: never.",
			)
			.optional(),
		devices_at_most: devices()
			.describe("On how many devices a person may be signed in. Default: on as many as the homeserver takes.")
			.optional(),
		devices_per_app: devices()
			.describe("On how many of them with one app, by its client id. Default: on as many as there may be.")
			.optional(),
		when_full: z
			.enum(["refuse", "longest_unused"], "refuse or longest_unused")
			.describe(
				"Whether one device more than that is refused, or the one that was unused for longest gives way, if it was for a week. Default: refuse.",
			)
			.optional(),
	}),
	clients: group({
		allowed: z
			.array(client, "a list of hosts and client ids, like [element.io]")
			.describe(
				"Apps that may register and sign people in, by the host of their client_uri or their client id. Default: every app.",
			)
			.optional(),
	}),
	limits: group({
		sign_ins_begun: limit(120, "a minute")
			.describe("Sign-ins that apps begin from one address in a minute. Default: 120.")
			.optional(),
		apps_registered: limit(60, "a minute")
			.describe("Apps that register from one address in a minute. Default: 60.")
			.optional(),
		devices_asking: limit(60, "a minute")
			.describe("Devices that ask for a code from one address in a minute. Default: 60.")
			.optional(),
		accounts_made: limit(300, "an hour")
			.describe("New accounts from one address in an hour. Default: 300.")
			.optional(),
		passwords_tried: limit(60, "a minute")
			.describe("Passwords that are tried to sign in from one address in a minute. Default: 60.")
			.optional(),
		older_logins: limit(120, "a minute")
			.describe("Logins by the older API from one address in a minute. Default: 120.")
			.optional(),
	}),
	tokens: group({
		days_at_most: days(1, 3650)
			.describe(
				"Days after which a token for a program that a person makes ends at the latest. Default: 365.",
			)
			.optional(),
		without_end: yesOrNo
			.describe("Whether people may make tokens that last until they end them. Default: no.")
			.optional(),
	}),
};
