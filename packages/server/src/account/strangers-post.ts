import type { Context } from "hono";
import type { Env, Form } from "../http/index.ts";
import { goneOn } from "./told-again.ts";
import type { Stranger, Visitors } from "./visitor.ts";

export interface StrangersPost {
	/** For what the form's token is good; it also binds it to the browser. */
	readonly purpose: string;
	/** What the form asks for, of somebody who is not signed in. */
	carryOut(visitor: Stranger, form: Form): Promise<Response>;
	/**
	 * Where somebody is signed in. Default: the same form sent a moment before may have done that, and it goes on to where
	 * that leads; every other is "expired", and nothing is changed.
	 */
	signedIn?(c: Context<Env>): Promise<Response>;
}

/** The one way in which a form is taken that signs somebody in. */
export function strangersPost(
	{ visitors, serverName }: { readonly visitors: Visitors; readonly serverName: string },
	{ purpose, carryOut, signedIn }: StrangersPost,
): (c: Context<Env>) => Promise<Response> {
	return async (c) => {
		const visitor = await visitors.meet(c);
		if (visitor.browserSession !== undefined && signedIn !== undefined) return signedIn(c);
		const received = await visitors.readPosted(c, visitor, purpose);
		if (received.ok)
			return visitor.browserSession === undefined ? carryOut(visitor, received.form) : visitor.expired();
		if (received.form === undefined) return received.answer;
		const { form, isOfBefore } = received;
		return goneOn({ visitor, form, isOfBefore }, { purpose, serverName }) ?? received.answer;
	};
}
