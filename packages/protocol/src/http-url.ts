const httpUrl =
	/^https?:\/\/(?:[a-z0-9](?:[a-z0-9._-]*[a-z0-9.])?|\[[0-9a-f:.]{2,45}\])(?::(?<port>[0-9]{1,5}))?(?:[/?#][\x21\x23-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]*)?$/i;

/**
 * Whether the text is an absolute http(s) URI whose host cannot be misread: no user information (`https://bank@evil`),
 * no backslash, control character or space (browsers rewrite those and end on another host), ASCII only.
 * It may still name a host that does not exist or an address that `new URL` refuses.
 * @see RFC 3986 section 3
 */
export function isHttpUrl(text: string): boolean {
	const match = httpUrl.exec(text);
	return match !== null && Number(match.groups?.port ?? 0) <= 65_535;
}
