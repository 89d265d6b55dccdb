/** Everything here but `id` and `host` is what the app says about itself. Shown as text, never as fact. */
export interface AskingClient {
	readonly id: string;
	readonly name?: string;
	readonly uri: string;
	/** Host of `uri`: every web address of the app is on it or below it. */
	readonly host: string;
	readonly logoUri?: string;
	readonly tosUri?: string;
	readonly policyUri?: string;
}
