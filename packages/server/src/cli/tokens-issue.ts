import { administersHomeserver, asDeviceId, manages } from "@countersign/protocol";
import { safeText } from "../http/index.ts";
import { type Asked, type Command, json } from "./command.ts";
import { plain, when } from "./table.ts";
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
		days: { type: "string" },
		"no-device": { type: "boolean" },
	},
	usage: '--user NAME --device=ID | --no-device --name "WHAT FOR" [--days N] [--scope SCOPE] [--json]',
	about:
		"a token for a program that cannot sign in; shown once. It lasts until it is revoked, or N days; without a device it sends no messages",
	async run(asked) {
		const [user, device] = [asked.option("user"), asked.option("device")];
		const name = safeText(asked.option("name") ?? "", 100);
		if (user === undefined || (device !== undefined) === asked.flag("no-device") || name === "") {
			asked.complain(
				"A token needs --user, --device or --no-device, and a --name by which it is recognised later.",
			);
			return 2;
		}
		const days = daysIn(asked);
		if (days === false) return 2;
		const scope = asked.option("scope") ?? "";
		if (device === undefined && administersHomeserver(scope)) {
			asked.complain(
				"A token that administers the homeserver takes a --device: without one it may be believed for two minutes after its end.",
			);
			return 2;
		}
		const deviceId = device === undefined ? null : asDeviceId(device);
		return withAccount(asked, user, async ({ lastingTokens }, { id }) => {
			const expiresAt = endAfter(days);
			const wanted = { accountId: id, name, deviceId, scope, expiresAt };
			const issued = await lastingTokens.issue(wanted, asked.operator);
			if (!issued.ok) {
				asked.complain(
					issued.reason === "scope-refused" ? `${issued.description}.` : refusals(user)[issued.reason],
				);
				return issued.reason === "scope-refused" ? 2 : 1;
			}
			sayToken(asked, { ...issued, user, device: deviceId, expiresAt });
			return 0;
		});
	},
};

/** The one time a token is shown. */
export function sayToken(
	asked: Asked,
	it: {
		readonly token: string;
		readonly scope: string;
		readonly sessionId: string;
		readonly user: string;
		readonly device: string | null;
		readonly expiresAt: number | undefined;
	},
): void {
	const { token, device, scope, user, sessionId, expiresAt } = it;
	const expires = expiresAt === undefined ? {} : { expires: when(expiresAt) };
	const power = powerOf(scope);
	const until = expiresAt === undefined ? "" : ` It is good until ${when(expiresAt)}.`;
	const which = device === null ? `--session=${sessionId}` : `--device=${device}`;
	asked.out(
		asked.flag("json")
			? `${JSON.stringify({ token, device, scope, ...(device === null && { session: sessionId }), ...expires }, undefined, "\t")}\n`
			: `${token}\n${power}This is the only time it is shown.${until} Revoke it: sessions end ${user} ${which}\n`,
	);
}

/** Said aloud, of what opens more than one account. */
function powerOf(scope: string): string {
	const here = manages(scope) ? "It can do everything to every account, through the admin API. " : "";
	return `${here}${administersHomeserver(scope) ? "It may administer the homeserver. " : ""}`;
}

/** For how many days a token is asked for. Undefined: until it is revoked. False, and said, where it is no number. */
export function daysIn(asked: Asked): number | undefined | false {
	const text = asked.option("days");
	if (text === undefined) return undefined;
	const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
	if (days >= 1 && days <= 3650) return days;
	asked.complain(`--days is "${plain(text)}"; expected a number from 1 to 3650.`);
	return false;
}

export function endAfter(days: number | undefined): number | undefined {
	return days === undefined ? undefined : Date.now() + days * 86_400_000;
}

const refusals = (user: string) =>
	({
		"account-closed": "This account is locked or deactivated.",
		"device-signed-in": "This device is signed in already. End its session first, or choose another id.",
		"device-id-in-use": "This is one of the user's cross-signing keys, and cannot name a device.",
		"too-many-devices": "This user has as many devices as the homeserver takes. End sessions first.",
		"homeserver-unavailable": "The homeserver does not answer. Nothing was issued; try again.",
		"made-before": "Something is wrong: this token was made already. Nothing was issued; try again.",
		"not-admin": `This user is no administrator, and the admin scope would be worth nothing. To make them one: users promote ${user}`,
	}) as const;
