import type { Retention } from "../jobs/ports.ts";
import type { RegistrationTokenCleanUp } from "./ports.ts";

export const registrationTokensRetention: Retention<RegistrationTokenCleanUp> = {
	ends: [
		{
			...{ what: "registration tokens", table: "registration_tokens", keptMs: 30 * 86_400_000 },
			delete: ({ registrationTokens }, { before }) => registrationTokens.deleteBefore(before),
		},
	],
	stays: {},
};
