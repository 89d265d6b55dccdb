import type { Context } from "hono";
import type { Env, Form } from "../http/index.ts";
import { goneOn } from "./told-again.ts";
import type { Stranger, Visitor, Visitors } from "./visitor.ts";

export interface StrangersPost {
	/** For what the form's token is good; it also binds it to the browser. */
	readonly purpose: string;
	/** Whether the proof in it is good once, so that the same form cannot do it again. Default false. */
	readonly isGoodOnce?: boolean;
	/** What the form asks for, of somebody who is not signed in. */
	carryOut(visitor: Stranger, form: Form, c: Context<Env>): Promise<Response>;
	/**
	 * Where somebody is signed in. Default: the same form sent a moment before may have done that, and it goes on to where
	 * that leads; every other is "expired", and nothing is changed.
	 */
	signedIn?(c: Context<Env>): Promise<Response>;
}

/** The one way in which a form is taken that signs somebody in. */
export function strangersPost(
	{ visitors, serverName }: { readonly visitors: Visitors; readonly serverName: string },
	{ purpose, isGoodOnce = false, carryOut, signedIn }: StrangersPost,
): (c: Context<Env>) => Promise<Response> {
	return async (c) => {
		const visitor = await visitors.meet(c);
		if (visitor.browserSession !== undefined && signedIn !== undefined) return signedIn(c);
		const received = await visitors.readPosted(c, visitor, purpose);
		if (received.ok) {
			const { form } = received;
			if (visitor.browserSession !== undefined) return visitor.expired();
			if (!isGoodOnce) return carryOut(visitor, form, c);
			return visitors.answer(c, { visitor, form }, async () => {
				const answer = await carryOut(visitor, form, c);
				// Whoever is not signed in by it is led back to the beginning, without a cookie.
				return { answer, isDone: answer.status === 303 && answer.headers.has("set-cookie") };
			});
		}
		if (received.form === undefined) return received.answer;
		const { form, isOfBefore } = received;
		return goneOn({ visitor, form, isOfBefore }, { purpose, serverName }) ?? received.answer;
	};
}

interface AnyonesForm {
	readonly c: Context<Env>;
	readonly visitor: Visitor;
	readonly form: Form;
}

export interface AnyonesPost {
	/** For what the form's token is good; it also binds it to the browser. */
	purpose(c: Context<Env>): string;
	/** What the form asks for, of whoever is signed in or not: what its address names is the proof. */
	carryOut(sent: AnyonesForm): Promise<Response>;
	/** The same form sent again by a browser that the first one signed out: what became of that. Nothing is done. */
	toldAgain(sent: AnyonesForm): Promise<Response | undefined>;
}

/** The one way in which a form is taken that asks nobody to be signed in, and signs nobody in. */
export function anyonesPost(
	{ visitors }: { readonly visitors: Visitors },
	{ purpose, carryOut, toldAgain }: AnyonesPost,
): (c: Context<Env>) => Promise<Response> {
	return async (c) => {
		const visitor = await visitors.meet(c);
		const received = await visitors.readPosted(c, visitor, purpose(c));
		if (received.ok) return carryOut({ c, visitor, form: received.form });
		const { form, answer } = received;
		if (form === undefined || !received.isOfBefore(purpose(c))) return answer;
		return (await toldAgain({ c, visitor, form })) ?? answer;
	};
}
