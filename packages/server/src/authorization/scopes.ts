import { parseMatrixScope } from "@countersign/protocol";
import { errors, type KoaContextWithOIDC, type ResourceServer } from "oidc-provider";

/**
 * The engine knows scopes only as a list made at its start; a scope that carries a device id has to come in as that
 * of a resource. There is one, every request is for it, and no client ever names it.
 */
export const resource = "urn:matrix:client";

/** Refuses the request when its scope does not hold what a Matrix client has to ask for. Judges what was sent. */
export function checkScope({ query }: KoaContextWithOIDC): void {
	const scope = typeof query.scope === "string" ? query.scope : "";
	const parsed = parseMatrixScope(scope);
	if (!parsed.ok) throw new errors.InvalidScope(parsed.description, scope);
}

/** The scopes that may be granted: those asked for, which `checkScope` has judged or is about to. */
export function resourceInfo(ctx: KoaContextWithOIDC, identifier: string): ResourceServer {
	if (identifier !== resource) throw new errors.InvalidTarget();
	return { scope: askedScope(ctx) };
}

function askedScope(ctx: KoaContextWithOIDC): string {
	const scope = ctx.oidc.params?.scope;
	return typeof scope === "string" ? scope : "";
}
