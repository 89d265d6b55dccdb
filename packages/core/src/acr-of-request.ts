const prefix = "urn:countersign:acr:approved:";

/**
 * The authentication context that one request asks for: that its person has approved it. An app copies it from a
 * challenge into its authorization request without a look inside, and so says which request it steps up for.
 * @see https://github.com/matrix-org/matrix-spec-proposals/pull/4363
 */
export function acrOfRequest(reference: string): string {
	return prefix + reference;
}

/** The request that one of these values names; undefined where none or several do. */
export function requestOfAcr(values: readonly string[]): string | undefined {
	const [named, ...more] = values.filter((value) => value.startsWith(prefix));
	return more.length > 0 ? undefined : named?.slice(prefix.length);
}

/** Whether one of these values is of that kind, readable or not. */
export function namesRequest(values: readonly string[]): boolean {
	return values.some((value) => value.startsWith(prefix));
}
