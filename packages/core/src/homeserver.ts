/** The homeserver did not answer, or not sensibly. Try again later. */
export class HomeserverUnavailable extends Error {
	override readonly name = "HomeserverUnavailable";
}
