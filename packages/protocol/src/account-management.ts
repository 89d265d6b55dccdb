/**
 * What an account page can be asked to do, by the names to advertise.
 * @see https://spec.matrix.org/v1.18/client-server-api/#account-management-url-parameters
 */
export const accountActions = [
	"org.matrix.profile",
	"org.matrix.devices_list",
	"org.matrix.device_view",
	"org.matrix.device_delete",
	"org.matrix.account_deactivate",
	"org.matrix.cross_signing_reset",
] as const;

export type AccountAction = (typeof accountActions)[number];

/** Names that prototypes used and deployed clients still send (MSC2965, MSC4191). */
const aliases: ReadonlyMap<string, AccountAction> = new Map([
	["profile", "org.matrix.profile"],
	["sessions_list", "org.matrix.devices_list"],
	["org.matrix.sessions_list", "org.matrix.devices_list"],
	["session_view", "org.matrix.device_view"],
	["org.matrix.session_view", "org.matrix.device_view"],
	["session_end", "org.matrix.device_delete"],
	["org.matrix.session_end", "org.matrix.device_delete"],
]);

/** The action a link means, aliases included; undefined for anything else, which shows the account's front page. */
export function parseAccountAction(name: string | undefined): AccountAction | undefined {
	if (name === undefined) return undefined;
	return accountActions.find((action) => action === name) ?? aliases.get(name);
}
