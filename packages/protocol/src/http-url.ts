const httpUrl =
	/^https?:\/\/(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9.])?|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?(?:[/?#][\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]*)?$/i;

/**
 * Whether the text is an absolute http(s) URI that every parser reads alike: no user information, no backslash,
 * no control character or space (browsers drop or rewrite those and end on another host), ASCII only.
 * @see RFC 3986 section 3
 */
export function isHttpUrl(text: string): boolean {
	return httpUrl.test(text);
}
