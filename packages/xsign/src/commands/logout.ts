import {
	callerFor,
	clientErrorCode,
	isClientError,
	processRevocationResponse,
	revocationRequest,
} from "@countersign/client";
import { tokenFile } from "@countersign/client/node";
import type { Asked, Command } from "../command.ts";
import { withDevice } from "../device/index.ts";
import { Refusal } from "../refusal.ts";
import { forgetSession, readSession, type Session } from "../state/index.ts";
import { readStatus } from "./read-status.ts";

export const logout: Command = {
	name: "logout",
	options: { force: { about: "even where the identity is lost with this device" } },
	about: "sign out, and delete the keys that are kept here",
	details:
		"Ends the session, which removes this device from your account, and deletes everything in the state folder. Refused where this is the last device that holds the identity and there is no recovery key, or while a reset is under way: --force does it all the same.",
	examples: [
		["xsign logout", ""],
		["xsign logout --force", "whatever is lost"],
	],
	async run(asked) {
		if (!asked.flag("force")) await refuseLoss(asked);
		await asked.state.exclusively(async () => {
			const session = await readSession(asked.state);
			if (session === undefined) throw new Refusal("not-signed-in", { folder: asked.state.path });
			asked.report.tell({ event: "step", step: "sign-out" });
			await endSession(asked, session);
			await forgetSession(asked.state);
			asked.report.tell({ event: "signed-out", userId: session.userId });
			asked.report.tell({ event: "done", what: "logged-out" });
		});
	},
};

async function refuseLoss(asked: Asked): Promise<void> {
	try {
		await withDevice(asked, async (device) => {
			const { held, otherTrustedDevices, recovery, underWay } = await readStatus(device);
			if (underWay !== undefined) throw new Refusal("reset-under-way");
			if (held && otherTrustedDevices.length === 0 && recovery === "none")
				throw new Refusal("identity-would-be-lost");
		});
	} catch (error) {
		// A session that is over has nothing left to lose.
		if (!isClientError(error, clientErrorCode.loggedOut)) throw error;
	}
}

/** Ends it at the server. One that is over already is what was asked for. */
async function endSession({ state, signal }: Asked, session: Session): Promise<void> {
	if (session.auth.kind === "oauth") {
		const { clientId, revocationEndpoint: revocation_endpoint } = session.auth;
		const tokens = await tokenFile(state.tokens).load();
		if (tokens === undefined) return;
		const revocation = { token: tokens.refreshToken, tokenTypeHint: "refresh_token", clientId } as const;
		await processRevocationResponse(await revocationRequest({ revocation_endpoint }, revocation, { signal }));
		return;
	}
	const { accessToken } = session.auth;
	const call = callerFor({ ...session, accessToken: async () => accessToken }, signal);
	try {
		await call({ method: "POST", path: "logout", body: {} });
	} catch (error) {
		if (!isClientError(error, clientErrorCode.loggedOut)) throw error;
	}
}
