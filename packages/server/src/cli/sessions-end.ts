import type { AccountId } from "@countersign/core";
import { asDeviceId, type DeviceId } from "@countersign/protocol";
import type { Operator } from "../audit/index.ts";
import type { OperatorParts } from "../operate.ts";
import type { Command } from "./command.ts";
import { withAccount } from "./with-data.ts";

const reason = "ended-by-operator";

export const sessionsEnd: Command = {
	name: "sessions end",
	operands: ["NAME"],
	options: { device: { type: "string" }, all: { type: "boolean" } },
	usage: "--device=ID | --all",
	about:
		"sign out a device or revoke a lasting token, or all of a user; one device also if only Synapse has it",
	async run(asked) {
		const device = asked.option("device");
		if ((device === undefined) !== asked.flag("all")) {
			asked.complain("Name one device with --device=ID, or say --all.");
			return 2;
		}
		return withAccount(asked, asked.operands[0] ?? "", async ({ sessions, removeDevice }, { id }) => {
			const count =
				device === undefined
					? await sessions.endAllOf(id, { reason, actor: asked.operator })
					: await endOne(sessions, { accountId: id, deviceId: asDeviceId(device), actor: asked.operator });
			if (count > 0) {
				asked.out(`Signed out: ${count}.\n`);
				return 0;
			}
			if (device && (await removeDevice?.({ accountId: id, deviceId: asDeviceId(device) }, asked.operator))) {
				asked.out("No such device is signed in. If Synapse has one, it is removed there.\n");
				return 0;
			}
			asked.complain(device === undefined ? "Nothing is signed in." : "No such device is signed in.");
			return 1;
		});
	},
};

async function endOne(
	sessions: OperatorParts["sessions"],
	device: { readonly accountId: AccountId; readonly deviceId: DeviceId; readonly actor: Operator },
): Promise<0 | 1> {
	const { accountId, deviceId, actor } = device;
	const session = await sessions.findDevice(accountId, deviceId);
	if (session === undefined) return 0;
	return (await sessions.end({ sessionId: session.id, accountId, reason, actor })) ? 1 : 0;
}
