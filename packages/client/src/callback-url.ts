/** What the authorization endpoint adds to a redirect URI. @see RFC 6749 sections 4.1.2, 4.1.2.1; RFC 9207 section 2 */
const answers = ["code", "error", "error_description", "error_uri", "state", "iss"] as const;

/** Whether the URL carries an answer of an authorization endpoint, in its fragment or its query. */
export function hasAnswer(url: string): boolean {
	return placeOfAnswer(new URL(url)) !== undefined;
}

/** The same URL as it was before the answer came: parameters of its own stay, and a fragment of its own. */
export function withoutAnswer(url: string): string {
	const own = new URL(url);
	const place = placeOfAnswer(own);
	if (place === undefined) return url;
	const rest = parametersIn(own, place);
	for (const name of answers) rest.delete(name);
	own[place] = rest.toString();
	return own.href;
}

type Place = "hash" | "search";

function placeOfAnswer(url: URL): Place | undefined {
	return (["hash", "search"] as const).find((place) => {
		const parameters = parametersIn(url, place);
		return parameters.has("state") && (parameters.has("code") || parameters.has("error"));
	});
}

function parametersIn(url: URL, place: Place): URLSearchParams {
	return new URLSearchParams(url[place].slice(1));
}
