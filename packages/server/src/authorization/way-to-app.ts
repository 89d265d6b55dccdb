/**
 * The address that takes an answer to the app: the registered one as it stands, with the parameters in its query or
 * its fragment, as the app asked. Nothing of the address is taken apart and put together again.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2
 * @see https://openid.net/specs/oauth-v2-multiple-response-types-1_0.html#ResponseModes
 */
export function wayToApp(
	asked: { readonly redirectUri: string; readonly responseMode: string | undefined },
	parameters: Readonly<Record<string, string | undefined>>,
): string {
	const given = Object.entries(parameters).filter((pair): pair is [string, string] => pair[1] !== undefined);
	const text = new URLSearchParams(given).toString();
	if (asked.responseMode === "fragment") return `${asked.redirectUri}#${text}`;
	return `${asked.redirectUri}${asked.redirectUri.includes("?") ? "&" : "?"}${text}`;
}
