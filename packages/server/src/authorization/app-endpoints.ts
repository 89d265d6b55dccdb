import type { KoaContextWithOIDC } from "oidc-provider";
import { corsHeaders, preflightHeaders, wrongMethod } from "../http/index.ts";

/** The engine's endpoints for apps, each with its one method. The others are for people. */
const methods: ReadonlyMap<string, string> = new Map([
	["/oauth2/token", "POST"],
	["/oauth2/keys.json", "GET"],
]);

/**
 * Has the engine's endpoints answer scripts of other origins, and wrong methods, as all our others do: the engine
 * lets no script read `Retry-After`, and has plain words for whatever it does not route. It leaves CORS headers
 * that it finds alone.
 */
export async function answerApps(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
	const method = methods.get(ctx.path);
	if (method === undefined) return next();
	if (ctx.method === "OPTIONS") {
		ctx.status = 204;
		ctx.set(preflightHeaders([method]));
		return;
	}
	ctx.set(corsHeaders);
	if (ctx.method === method || (method === "GET" && ctx.method === "HEAD")) return next();
	await send(ctx, wrongMethod([method]));
}

/** Gives the answer to the engine's server. */
export async function send(ctx: KoaContextWithOIDC, answer: Response): Promise<void> {
	ctx.status = answer.status;
	for (const [name, value] of answer.headers) {
		// Beside the cookies that are set already.
		if (name === "set-cookie") ctx.append(name, value);
		else ctx.set(name, value);
	}
	ctx.body = await answer.text();
}
