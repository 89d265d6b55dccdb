/** Somebody with an app, an identity, and a browser in which the password was entered a moment ago. */
export interface Person {
	readonly userId: string;
	readonly accessToken: string;
	/** `Cookie` header of the browser. */
	readonly cookie: string;
}
