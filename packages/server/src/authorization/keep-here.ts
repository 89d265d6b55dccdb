import type { AccountId } from "@countersign/core";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { Sessions } from "../sessions/index.ts";
import { send } from "./app-endpoints.ts";
import type { Recognise, RenderError } from "./ports.ts";

export interface KeepHereDeps {
	readonly renderError: RenderError;
	readonly recognise: Recognise;
	readonly sessions: Pick<Sessions, "listOf">;
}

/**
 * A refusal is told to the person, with a link back to the app, and sends no browser on: anybody may register an app,
 * and a request that is refused at once, by `prompt=none` or a wrong scope, would make this host a redirect to wherever
 * they like. Whoever has allowed the app knows where it leads: they are sent on. RFC 9700 section 4.11.2.
 */
export function keepHere(deps: KeepHereDeps) {
	return async (ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> => {
		await next();
		const { location: back } = ctx.response.headers;
		if (ctx.path !== "/authorize" || typeof back !== "string" || back.startsWith("/interaction/")) return;
		if (await hasAllowed(deps, ctx)) return;
		ctx.remove("location");
		const told = new URLSearchParams(/[?#]([^?#]*)$/.exec(back)?.[1]);
		const error = told.get("error") ?? "invalid_request";
		const description = told.get("error_description") ?? "The request cannot be carried out.";
		await send(ctx, await deps.renderError({ status: 400, error, description, back }));
	};
}

/** Whether who is signed in in this browser is signed in to the app, which they once allowed and did not sign out since. */
async function hasAllowed({ recognise, sessions }: KeepHereDeps, ctx: KoaContextWithOIDC): Promise<boolean> {
	const clientId = ctx.oidc?.client?.clientId;
	const accountId = clientId === undefined ? undefined : await signedInAt(recognise, ctx);
	if (accountId === undefined) return false;
	return (await sessions.listOf(accountId)).some((session) => session.clientId === clientId);
}

/** Who is signed in in the browser that the engine answers. */
export function signedInAt(recognise: Recognise, ctx: KoaContextWithOIDC): Promise<AccountId | undefined> {
	return recognise({ headers: new Headers({ cookie: ctx.get("cookie") }) });
}
