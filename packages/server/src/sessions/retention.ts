import type { Retention } from "../jobs/ports.ts";
import type { SessionsCleanUp } from "./ports.ts";

const hour = 3_600_000;
const day = 24 * hour;

/** Tokens before the sessions that they refer to. */
export const sessionsRetention: Retention<SessionsCleanUp> = {
	ends: [
		{
			...{ what: "access tokens", table: "access_tokens", keptMs: day },
			slice: ({ slices }, range) => slices.end("access tokens", range),
			delete: ({ tokens }, { before, since }) => tokens.deleteExpired(before, since),
		},
		{
			...{ what: "refresh tokens", table: "refresh_tokens", keptMs: day },
			slice: ({ slices }, range) => slices.end("refresh tokens", range),
			delete: ({ tokens }, { before, since }) => tokens.deleteConsumed(before, since),
		},
		{
			...{ what: "sessions", table: "sessions", keptMs: 30 * day },
			slice: ({ slices }, range) => slices.end("sessions", range),
			delete: ({ sessions }, { before, since }) => sessions.deleteEnded(before, since),
		},
		{
			...{ what: "devices nobody came back to", table: "devices", keptMs: 0 },
			async delete({ keptDevices, homeserver }, { before, now }) {
				const devices = await keptDevices.releaseOver(before);
				for (const { accountId, deviceId } of devices)
					await homeserver.removeDevice(accountId, deviceId, now);
				return devices.length;
			},
		},
		{
			...{ what: "devices nobody uses", table: "devices", keptMs: hour },
			slice: ({ slices }, range) => slices.end("devices", range),
			delete: ({ homeserver }, { before, now, since }) => homeserver.removeUnheldDevices(before, now, since),
		},
	],
	stays: { sealed_tokens: "goes with its session, and all of it when a move is settled" },
};
