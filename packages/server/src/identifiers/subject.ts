/**
 * Whether another service can know somebody by this. As long as a name can be, and as OpenID Connect has it at most.
 * @see https://openid.net/specs/openid-connect-core-1_0.html#IDToken
 */
export function isSubject(text: string): boolean {
	return text !== "" && text.length <= 255 && !/\p{C}/u.test(text);
}
