import { administers, asDeviceId } from "@countersign/protocol";
import { type Command, json } from "./command.ts";
import { plain } from "./table.ts";
import { withAccount } from "./with-data.ts";

export const tokensIssue: Command = {
	name: "tokens issue",
	operands: [],
	options: {
		...json,
		user: { type: "string" },
		name: { type: "string" },
		device: { type: "string" },
		scope: { type: "string" },
	},
	usage: '--user NAME --device=ID --name "WHAT FOR" [--scope SCOPE] [--json]',
	about: "a token that lasts until it is revoked, for a program that cannot sign in; shown once",
	async run(asked) {
		const [user, deviceId] = [asked.option("user"), asked.option("device")];
		const name = plain(asked.option("name") ?? "").trim();
		if (user === undefined || deviceId === undefined || name === "") {
			asked.complain("A token needs --user, --device, and a --name by which it is recognised later.");
			return 2;
		}
		const scope = asked.option("scope") ?? "";
		return withAccount(asked, user, async ({ lastingTokens }, { id }) => {
			const wanted = { accountId: id, name, deviceId: asDeviceId(deviceId), scope };
			const issued = await lastingTokens.issue(wanted, asked.operator);
			if (!issued.ok) {
				asked.complain(
					issued.reason === "scope-refused" ? `${issued.description}.` : refusals(user)[issued.reason],
				);
				return issued.reason === "scope-refused" ? 2 : 1;
			}
			const { token } = issued;
			const power = administers(issued.scope) ? "It may administer the homeserver. " : "";
			asked.out(
				asked.flag("json")
					? `${JSON.stringify({ token, device: deviceId, scope: issued.scope }, undefined, "\t")}\n`
					: `${token}\n${power}This is the only time it is shown. Revoke it: sessions end ${user} --device=${deviceId}\n`,
			);
			return 0;
		});
	},
};

const refusals = (user: string) =>
	({
		"account-closed": "This account is locked or deactivated.",
		"device-signed-in": "This device is signed in already. End its session first, or choose another id.",
		"device-id-in-use": "This is one of the user's cross-signing keys, and cannot name a device.",
		"too-many-devices": "This user has as many devices as the homeserver takes. End sessions first.",
		"homeserver-unavailable": "The homeserver does not answer. Nothing was issued; try again.",
		"not-admin": `This user is no administrator, and the admin scope would be worth nothing. To make them one: users promote ${user}`,
	}) as const;
