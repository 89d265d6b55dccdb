/**
 * What a person compares before approving: the master public key in groups of four characters.
 * Page, library and command all print this one form, so that equal keys look equal.
 * @param publicKey unpadded base64, 43 characters
 */
export function keyFingerprint(publicKey: string): string {
	return publicKey.replace(/.{4}(?=.)/gs, "$& ");
}
