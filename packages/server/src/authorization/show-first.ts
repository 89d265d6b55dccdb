import type { KoaContextWithOIDC } from "oidc-provider";
import { addressOfStep, nextStep } from "../resume/index.ts";
import { send } from "./app-endpoints.ts";
import { loginHintOf, promptOf } from "./asked-person.ts";
import { signedInAt } from "./keep-here.ts";
import type { Recognise, ShowPage } from "./ports.ts";

export interface ShowFirstDeps {
	readonly recognise: Recognise;
	/** Default: every browser is sent to the page of its interaction. */
	readonly showPage?: ShowPage | undefined;
}

/**
 * A browser in which nobody is signed in is answered with the page to which the one of its interaction would send it:
 * two requests less for each sign-in. Loaded anew, the request begins anew, which nothing speaks against. The cookie of
 * the interaction is set as ever, for the page of that alone.
 */
export function showFirst({ recognise, showPage }: ShowFirstDeps) {
	return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
		await next();
		const begun = ctx.oidc?.entities.Interaction;
		if (showPage === undefined || begun === undefined || ctx.path !== "/authorize" || ctx.status !== 303)
			return;
		if ((await signedInAt(recognise, ctx)) !== undefined) return;
		const to = { kind: "interaction", uid: begun.uid, offered: false } as const;
		const asked = { loginHint: loginHintOf(begun.params), newAccount: promptOf(begun.params) === "create" };
		const page = await showPage(addressOfStep(nextStep(undefined, to, asked)), {
			incoming: ctx.req,
			outgoing: ctx.res,
		});
		ctx.remove("location");
		await send(ctx, page);
	};
}
