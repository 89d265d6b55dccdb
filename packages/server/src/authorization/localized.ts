const translated = /^(?<member>client_name|client_uri|logo_uri|tos_uri|policy_uri)#[A-Za-z0-9-]{1,35}$/;
const most = 60;

/**
 * The human-readable members in other languages, `client_name#fr`, under the rules of the plain ones. What breaks one is
 * left out, and so is what is more than anybody translates into.
 * @see https://www.rfc-editor.org/rfc/rfc7591#section-2.2
 */
export function readLocalized(
	body: Readonly<Record<string, unknown>>,
	rules: {
		readonly isName: (value: unknown) => value is string;
		readonly isAddress: (value: unknown) => value is string;
	},
): Readonly<Record<string, string>> {
	const found: [string, string][] = [];
	for (const [name, value] of Object.entries(body)) {
		const plain = translated.exec(name)?.groups?.member;
		if (plain === undefined) continue;
		const fits = plain === "client_name" ? rules.isName : rules.isAddress;
		if (fits(value)) found.push([name, value]);
	}
	return Object.fromEntries(found.slice(0, most));
}
