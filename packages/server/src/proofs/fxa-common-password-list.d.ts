declare module "fxa-common-password-list" {
	/** Of Mozilla's, which ships no types: whether this is, letter by letter, one of the list, which is in lower case. */
	const list: { test(password: string): boolean };
	export default list;
}
