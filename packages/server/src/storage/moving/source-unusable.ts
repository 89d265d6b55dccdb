/** The homeserver's database cannot be read, or reading it would harm it. The message is for the operator. */
export class SourceUnusable extends Error {
	override readonly name = "SourceUnusable";
}
