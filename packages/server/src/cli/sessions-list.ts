import type { DeviceSession } from "../sessions/index.ts";
import { type Command, json } from "./command.ts";
import { table, when } from "./table.ts";
import { withAccount } from "./with-data.ts";

function kindOf(one: Pick<DeviceSession, "deviceId" | "lasting" | "compat" | "keptUntil">): string {
	if (one.keptUntil !== undefined) return "signed out, kept for a sign-in";
	if (one.deviceId === null) return one.lasting ? "lasting token, no device" : "app, no device";
	if (one.lasting) return "lasting token";
	return one.compat ? "older sign-in" : "app";
}

export const sessionsList: Command = {
	name: "sessions list",
	operands: ["NAME"],
	options: json,
	usage: "[--json]",
	about: "the devices of a user that are signed in, lasting tokens included, or kept for a sign-in",
	run: (asked) =>
		withAccount(asked, asked.operands[0] ?? "", async ({ sessions }, { id }) => {
			const devices = [...(await sessions.listOf(id)), ...(await sessions.listKept(id))];
			const rows = devices.map((one) => ({
				device: one.deviceId ?? "",
				kind: kindOf(one),
				name: one.clientName ?? "",
				created: when(one.createdAt),
				// Signing in is a use of an app; to issue a token is none of the token.
				lastUsed: one.lasting && one.lastUsedAt === one.createdAt ? "never" : when(one.lastUsedAt),
				lastAddress: one.lastAddress ?? "",
				// By which `sessions end` is told what has no device.
				session: one.deviceId === null ? one.id : "",
			}));
			const head = ["DEVICE", "KIND", "NAME", "CREATED", "LAST USED", "FROM", "SESSION"];
			asked.out(
				asked.flag("json")
					? `${JSON.stringify(rows, undefined, "\t")}\n`
					: table(head, rows.map(Object.values)),
			);
			return 0;
		}),
};
