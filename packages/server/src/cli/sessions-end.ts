import { type AccountId, asSessionId } from "@countersign/core";
import { asDeviceId } from "@countersign/protocol";
import type { OperatorParts } from "../operate.ts";
import type { Asked, Command } from "./command.ts";
import { withAccount } from "./with-data.ts";

const reason = "ended-by-operator";

export const sessionsEnd: Command = {
	name: "sessions end",
	operands: ["NAME"],
	options: { device: { type: "string" }, session: { type: "string" }, all: { type: "boolean" } },
	usage: "--device=ID | --session=ID | --all",
	about:
		"sign out a device or revoke a lasting token, or all of a user; one device also if only Synapse has it; --session for what has no device",
	async run(asked) {
		const [device, session] = [asked.option("device"), asked.option("session")];
		const named = [device !== undefined, session !== undefined, asked.flag("all")];
		if (named.filter((is) => is).length !== 1) {
			asked.complain("Name one device with --device=ID, an app without one with --session=ID, or say --all.");
			return 2;
		}
		return withAccount(asked, asked.operands[0] ?? "", async (parts, { id }) => {
			const count = await end(asked, parts.sessions, id);
			if (count > 0) {
				asked.out(`Signed out: ${count}.\n`);
				return 0;
			}
			// Synapse has none with an empty name, and to be told of one would be refused for ever.
			const known = device ? { accountId: id, deviceId: asDeviceId(device) } : undefined;
			if (known !== undefined && (await parts.removeDevice?.(known, asked.operator))) {
				asked.out("No such device is signed in. If Synapse has one, it is removed there.\n");
				return 0;
			}
			asked.complain(asked.flag("all") ? "Nothing is signed in." : "No such device is signed in.");
			return 1;
		});
	},
};

async function end(asked: Asked, sessions: OperatorParts["sessions"], accountId: AccountId): Promise<number> {
	const [device, session] = [asked.option("device"), asked.option("session")];
	const how = { reason, actor: asked.operator } as const;
	if (asked.flag("all")) return sessions.endAllOf(accountId, how);
	const found =
		device === undefined
			? await sessions.findWithoutDevice(accountId, asSessionId(session ?? ""))
			: await sessions.findDevice(accountId, asDeviceId(device));
	if (found === undefined) return 0;
	return Number(await sessions.end({ sessionId: found.id, accountId, ...how }));
}
